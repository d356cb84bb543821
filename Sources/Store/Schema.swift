/// The database's schema: migrations forward, one after another; `PRAGMA user_version` counts those that were applied.
enum Schema {
  /// "SEEV": tells a store from any other SQLite file.
  static let applicationID: Int64 = 0x5345_4556

  /// Append-only: the script at index n brings version n to version n + 1.
  static let migrations = [version1, version2, version3, version4]

  /// The version that this program reads and writes.
  static var version: Int { migrations.count }

  /// Checks that the file is a store that this program knows, with the tables of its version, and reads that (0 for an
  /// empty file).
  ///
  /// This is the first time that anything is read from the file.
  static func check(_ connection: Connection) throws(StoreError) -> Int {
    let found = try connection.first("PRAGMA user_version") { $0.count(0) } ?? 0
    let application = try connection.first("PRAGMA application_id") { $0.integer(0) } ?? 0
    let tables = try connection.first("SELECT count(*) FROM sqlite_schema") { $0.count(0) } ?? 0
    guard application == applicationID || (application == 0 && tables == 0 && found == 0) else {
      throw .notAStore(path: connection.path, applicationID: application)
    }
    guard found <= version else {
      throw .newerSchema(path: connection.path, found: found, supported: version)
    }
    guard found > 0 || (found == 0 && tables == 0) else {
      throw .impossibleSchema(path: connection.path, found: found)
    }
    if found > 0 {
      let lack = try SchemaShape(of: connection).lacking(try SchemaShape.version(found))
      guard lack.isEmpty else {
        // Another process may have migrated the store between the two readings.
        let now = try connection.first("PRAGMA user_version") { $0.count(0) } ?? 0
        if now > found { return try check(connection) }
        throw .otherTables(path: connection.path, version: found, lacking: lack)
      }
    }
    return found
  }

  /// Brings the schema up to date, in one transaction; foreign keys must be off, because tables are replaced.
  static func migrate(_ connection: Connection) throws(StoreError) {
    guard try check(connection) < version else { return }
    try connection.transaction { () throws(StoreError) in
      // Read again: now nobody else can write.
      let found = try check(connection)
      if found == 0 { try connection.execute("PRAGMA application_id = \(applicationID)") }
      for migration in migrations.dropFirst(found) { try connection.execute(migration, isOfTables: true) }
      try connection.execute("PRAGMA user_version = \(version)")
    }
  }
}
