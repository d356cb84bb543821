import Glibc

/// Where a store lies, as far as it matters for its journal: a write-ahead log needs memory that all its users share,
/// which a file system of several machines does not have.
enum FileSystemKind {
  /// The name of the network file system that holds a file, or that would hold it; nil where it is none, or not known.
  static func network(at path: String) -> String? {
    var facts = statfs()
    var place = path
    while unsafe statfs(place, &facts) != 0 {
      guard errno == ENOENT, !place.isEmpty, place != "/", place != "." else { return nil }
      let end = place.lastIndex(of: "/")
      place = end.map { $0 == place.startIndex ? "/" : String(place[..<$0]) } ?? "."
    }
    return networkName(UInt32(truncatingIfNeeded: facts.f_type))
  }

  /// The name for the kernel's number of a file system; nil for a local one.
  static func networkName(_ magic: UInt32) -> String? {
    switch magic {
    case 0x6969: "NFS"
    case 0xff53_4d42, 0x517b, 0xfe53_4d42: "SMB"
    case 0x0bd0_0bd0: "Lustre"
    case 0x4750_4653: "GPFS"
    case 0x1983_0326: "BeeGFS"
    case 0x00c3_6400: "CephFS"
    case 0x5346_414f, 0x6b41_4653: "AFS"
    case 0x0102_1997: "9p"
    case 0x7461_636f: "OCFS2"
    case 0x0116_1970: "GFS2"
    default: nil
    }
  }
}
