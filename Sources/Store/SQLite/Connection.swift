import CSQLite

/// One open database: statements in, rows out, every failure a `StoreError` with the SQL that failed.
///
/// Opened without SQLite's own mutex: the store's lock lets one caller in at a time.
@safe final class Connection {
  /// How a file is opened.
  enum Access { case create, existing, readOnly }

  let path: String
  private let handle: OpaquePointer
  private var statements: [String: Statement] = [:]
  /// Asked by SQLite for as long as the connection is open.
  private let patience: LockPatience

  /// Opens a file; nothing is read from it yet, so a file that is no database is found by the first statement.
  ///
  /// `sleep` is what waits for another program's lock, a piece of `busyTimeoutMilliseconds` at a time.
  init(
    path: String, access: Access, busyTimeoutMilliseconds: Int32, vfs: String?, immutable: Bool = false,
    sleep: @escaping @Sendable (Double) -> Void = LockPatience.sleep
  ) throws(StoreError) {
    var flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
    switch access {
    case .create: flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
    case .existing: flags |= SQLITE_OPEN_READWRITE
    case .readOnly: flags |= SQLITE_OPEN_READONLY
    }
    if immutable { flags |= SQLITE_OPEN_URI }
    var opened: OpaquePointer?
    let name = immutable ? Self.immutableURI(path) : path
    let code = unsafe sqlite3_open_v2(name, &opened, flags, vfs)
    guard code == SQLITE_OK, let handle = unsafe opened else {
      let message = unsafe String(cString: sqlite3_errstr(code))
      unsafe sqlite3_close_v2(opened)
      throw StoreError(SQLiteFailure(code: code, message: message, sql: nil), path: path)
    }
    self.path = path
    unsafe self.handle = unsafe handle
    patience = LockPatience(seconds: Double(busyTimeoutMilliseconds) / 1000, sleep: sleep)
    unsafe sqlite3_busy_handler(
      handle,
      { context, count in
        guard let context = unsafe context else { return 0 }
        let patience = unsafe Unmanaged<LockPatience>.fromOpaque(context).takeUnretainedValue()
        return patience.waits(attempt: count) ? 1 : 0
      }, Unmanaged.passUnretained(patience).toOpaque())
  }

  deinit {
    for statement in statements.values { statement.finish() }
    unsafe sqlite3_close_v2(handle)
  }

  /// A read-only file in a read-only folder cannot have the shared-memory file that a WAL database wants.
  private static func immutableURI(_ path: String) -> String {
    var escaped = ""
    for character in path {
      switch character {
      case "%": escaped += "%25"
      case "?": escaped += "%3f"
      case "#": escaped += "%23"
      default: escaped.append(character)
      }
    }
    return "file:\(escaped)?immutable=1"
  }

  /// Whether closing leaves the write-ahead log as it is, for a file that may not be ours.
  var keepsLog = false {
    didSet { _ = unsafe csqlite_keep_log(handle, keepsLog ? 1 : 0) }
  }

  /// Runs a script of statements without parameters.
  ///
  /// - Parameters:
  ///   - sql: the script.
  ///   - isOfTables: whether it is about this program's tables alone; see `SQLiteFailure.isOfTables`.
  /// - Throws: `StoreError` for the first statement that fails.
  func execute(_ sql: String, isOfTables: Bool = false) throws(StoreError) {
    let code = unsafe sqlite3_exec(handle, sql, nil, nil, nil)
    if code != SQLITE_OK { throw error(sql, isOfTables: isOfTables) }
  }

  /// Runs one statement whose rows, if any, do not matter.
  func run(_ sql: String, _ values: [SQLValue] = []) throws(StoreError) {
    try forEachRow(sql, values) { (_: Statement) throws(StoreError) in }
  }

  /// Calls a closure with each row of one statement.
  func forEachRow(
    _ sql: String, _ values: [SQLValue] = [], _ body: (Statement) throws(StoreError) -> Void
  ) throws(StoreError) {
    let statement = try prepared(sql)
    defer { statement.reset() }
    guard statement.bind(values) == SQLITE_OK else { throw error(sql) }
    while true {
      switch statement.step() {
      case SQLITE_ROW: try body(statement)
      case SQLITE_DONE: return
      default: throw error(sql)
      }
    }
  }

  /// What a closure makes of the first row, or nil when there is none.
  func first<Result>(
    _ sql: String, _ values: [SQLValue] = [], _ body: (Statement) throws(StoreError) -> Result
  ) throws(StoreError) -> Result? {
    var result: Result?
    try forEachRow(sql, values) { (row) throws(StoreError) in
      if result == nil { result = try body(row) }
    }
    return result
  }

  /// The row that the last INSERT of this connection made.
  var lastInsertedRow: Int64 { unsafe sqlite3_last_insert_rowid(handle) }

  /// The rows that the last statement changed.
  var changedRowCount: Int { Int(unsafe sqlite3_changes64(handle)) }

  /// Runs a closure in one transaction that takes the write lock at once; an error undoes all of it.
  ///
  /// IMMEDIATE: a transaction that reads first and writes later would fail with SQLITE_BUSY, without any waiting, when
  /// another process wrote in between.
  func transaction<Result>(_ body: () throws(StoreError) -> Result) throws(StoreError) -> Result {
    try bracketed("BEGIN IMMEDIATE", body)
  }

  /// Runs a closure that sees one state of the database, whatever others write meanwhile; for reading.
  func snapshot<Result>(_ body: () throws(StoreError) -> Result) throws(StoreError) -> Result {
    try bracketed("BEGIN", body)
  }

  private func bracketed<Result>(
    _ begin: String, _ body: () throws(StoreError) -> Result
  ) throws(StoreError) -> Result {
    try execute(begin)
    do {
      let result = try body()
      try execute("COMMIT")
      return result
    } catch {
      // SQLite has already rolled back by itself after some errors, for example a full disk.
      if unsafe sqlite3_get_autocommit(handle) == 0 { unsafe sqlite3_exec(handle, "ROLLBACK", nil, nil, nil) }
      throw error
    }
  }

  private func prepared(_ sql: String) throws(StoreError) -> Statement {
    if let statement = statements[sql] { return statement }
    var compiled: OpaquePointer?
    let code = unsafe sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &compiled, nil)
    guard code == SQLITE_OK, let pointer = unsafe compiled else { throw error(sql) }
    let statement = unsafe Statement(handle: pointer, sql: sql)
    statements[sql] = statement
    return statement
  }

  private func error(_ sql: String, isOfTables: Bool = true) -> StoreError {
    let code = unsafe sqlite3_extended_errcode(handle)
    let message = unsafe String(cString: sqlite3_errmsg(handle))
    return StoreError(SQLiteFailure(code: code, message: message, sql: sql, isOfTables: isOfTables), path: path)
  }
}
