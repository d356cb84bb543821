import Foundation

/// Where a store lies, as far as it matters for its journal: a write-ahead log needs memory that all its users share,
/// which a file system of several machines does not have.
enum FileSystemKind {
  /// File systems of several machines, by the kernel's names, and what people call them.
  private static let networks = [
    "nfs": "NFS", "nfs4": "NFS", "cifs": "SMB", "smb3": "SMB", "smbfs": "SMB", "lustre": "Lustre", "gpfs": "GPFS",
    "beegfs": "BeeGFS", "ceph": "CephFS", "afs": "AFS", "9p": "9p", "ocfs2": "OCFS2", "gfs2": "GFS2",
    "pvfs2": "OrangeFS",
    "fuse.sshfs": "sshfs", "fuse.glusterfs": "GlusterFS", "fuse.ceph": "CephFS", "fuse.juicefs": "JuiceFS",
  ]

  /// The name of the network file system that holds a file, or that would hold it; nil where it is none, or not known.
  static func network(at path: String) -> String? {
    guard let mounts = FileManager.default.contents(atPath: "/proc/self/mountinfo") else { return nil }
    return network(at: existing(path), mounts: String(decoding: mounts, as: UTF8.self))
  }

  /// The same by the kernel's table of mounts.
  ///
  /// - Parameters:
  ///   - path: absolute, without links.
  ///   - mounts: the content of `/proc/self/mountinfo`.
  /// - Returns: the name.
  static func network(at path: String, mounts: String) -> String? {
    var best: (point: String, kind: String)?
    for line in mounts.split(separator: "\n") {
      // id, parent, device, root, mount point, options, optional fields, `-`, kind, source, options
      let fields = line.split(separator: " ")
      guard fields.count > 5, let dash = fields.firstIndex(of: "-"), dash + 1 < fields.count else { continue }
      // The table writes a blank as `\040`.
      let point = String(fields[4]).replacing("\\040", with: " ")
      let isAbove = path == point || path.hasPrefix(point.hasSuffix("/") ? point : point + "/")
      // Of two mounts at one point the later one is seen.
      if isAbove, point.count >= best?.point.count ?? 0 { best = (point, String(fields[dash + 1])) }
    }
    return best.flatMap { networks[$0.kind] }
  }

  /// The path without links; of one that is not there yet, that of its nearest folder.
  private static func existing(_ path: String) -> String {
    var url = URL(filePath: path).standardizedFileURL
    while !FileManager.default.fileExists(atPath: url.path), url.path != "/" { url.deleteLastPathComponent() }
    return url.resolvingSymlinksInPath().path
  }
}
