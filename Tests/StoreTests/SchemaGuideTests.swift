import TestSupport
import Testing

@testable import Store

@Suite struct SchemaGuideTests {
  @Test("the guide names every table, view and column of a store, and nothing else")
  func complete() throws {
    let folder = try TemporaryFolder()
    let store = try ResultStore.open(folder.file("a.sqlite"), mode: .create)
    var found: [String: [String]] = [:]
    var views: Set<String> = []
    let connection = try Connection(path: store.path, access: .readOnly, busyTimeoutMilliseconds: 0, vfs: nil)
    try connection.forEachRow("SELECT name, type FROM sqlite_schema WHERE type IN ('table', 'view')") { row in
      found[row.text(0)] = []
      if row.text(1) == "view" { views.insert(row.text(0)) }
    }
    for name in found.keys {
      try connection.forEachRow("SELECT name FROM pragma_table_info('\(name)')") { found[name]?.append($0.text(0)) }
    }
    let told = Dictionary(uniqueKeysWithValues: SchemaGuide.relations.map { ($0.name, $0.columns.map(\.name)) })
    #expect(told == found)
    #expect(Set(SchemaGuide.relations.filter(\.isView).map(\.name)) == views)
  }

  @Test("network file systems are told by the table of mounts, and a local one is none")
  func fileSystems() throws {
    let mounts = """
      22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
      40 22 0:35 / /home rw shared:20 - nfs4 server:/home rw,vers=4.2
      41 40 0:36 / /home/my\\040disk rw - ext4 /dev/vdb rw
      42 22 0:37 / /lustre rw - lustre 10.0.0.1@o2ib:/fs rw
      """
    #expect(FileSystemKind.network(at: "/home/me/a.sqlite", mounts: mounts) == "NFS")
    #expect(FileSystemKind.network(at: "/home/my disk/a.sqlite", mounts: mounts) == nil)
    #expect(FileSystemKind.network(at: "/lustre", mounts: mounts) == "Lustre")
    #expect(FileSystemKind.network(at: "/lustres/a", mounts: mounts) == nil)
    let folder = try TemporaryFolder()
    #expect(FileSystemKind.network(at: folder.file("not/there/yet.sqlite")) == nil)
    #expect(try ResultStore.open(folder.file("a.sqlite"), mode: .create).placeNote == nil)
  }
}
