import Synchronization

/// The tables of a store: what its version says that it has, or what it really has.
struct SchemaShape: Sendable {
  /// The columns of each table.
  private(set) var columns: [String: Set<String>] = [:]
  /// The unique indexes, each as its table and columns: statements that insert or replace name them.
  private(set) var unique: Set<[String]> = []

  /// What a database has: tables alone, for a view in a table's place is none of ours.
  init(of connection: Connection) throws(StoreError) {
    var tables: [String] = []
    try connection.forEachRow("SELECT name FROM main.sqlite_schema WHERE type = 'table' ORDER BY name") {
      tables.append($0.text(0))
    }
    for table in tables {
      var names: Set<String> = []
      try connection.forEachRow("SELECT name FROM pragma_table_info(?, 'main')", [.text(table)]) {
        names.insert($0.text(0))
      }
      columns[table] = names
      var indexes: [String] = []
      try connection.forEachRow(
        "SELECT name FROM pragma_index_list(?, 'main') WHERE \"unique\" = 1", [.text(table)]
      ) { indexes.append($0.text(0)) }
      for index in indexes {
        var parts = [table]
        try connection.forEachRow("SELECT name FROM pragma_index_info(?, 'main') ORDER BY seqno", [.text(index)]) {
          parts.append($0.text(0))
        }
        unique.insert(parts)
      }
    }
  }

  /// What this one lacks of another, in words, for example `the table runs` or `the column uid of runs`.
  func lacking(_ other: SchemaShape) -> [String] {
    var words: [String] = []
    for (table, wanted) in other.columns.sorted(by: { $0.key < $1.key }) {
      guard let found = columns[table] else {
        words.append("the table \(table)")
        continue
      }
      words += wanted.subtracting(found).sorted().map { "the column \($0) of \(table)" }
      let lost = other.unique.subtracting(unique).filter { $0.first == table }
      words += lost.map { "the unique index of \(table) on \($0.dropFirst().joined(separator: ", "))" }.sorted()
    }
    return words
  }

  /// The shapes of all versions, from 1, made by the migrations themselves.
  static func version(_ number: Int) throws(StoreError) -> SchemaShape {
    if let known = known.withLock({ $0[number] }) { return known }
    let connection = try Connection(path: ":memory:", access: .create, busyTimeoutMilliseconds: 0, vfs: nil)
    for migration in Schema.migrations.prefix(number) { try connection.execute(migration) }
    let shape = try SchemaShape(of: connection)
    known.withLock { $0[number] = shape }
    return shape
  }

  private static let known = Mutex<[Int: SchemaShape]>([:])
}

extension Schema {
  /// The version whose tables a database has; where none fits wholly, the one that lacks least.
  static func fittingVersion(_ connection: Connection) throws(StoreError) -> Int {
    let found = try SchemaShape(of: connection)
    var best = (version: version, lack: Int.max)
    for number in (1...version).reversed() {
      let lack = found.lacking(try SchemaShape.version(number)).count
      if lack < best.lack { best = (number, lack) }
    }
    return best.version
  }
}
