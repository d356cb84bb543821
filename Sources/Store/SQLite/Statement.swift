import CSQLite

/// One compiled statement, kept for the life of its connection and used by one caller at a time.
///
/// The pointer never leaves this folder; `finish` is called by the connection before it closes.
@safe final class Statement {
  private let handle: OpaquePointer
  let sql: String

  init(handle: OpaquePointer, sql: String) {
    unsafe self.handle = unsafe handle
    self.sql = sql
  }

  /// Binds every parameter, in order; the return value is an SQLite result code.
  func bind(_ values: [SQLValue]) -> Int32 {
    for (offset, value) in values.enumerated() {
      let index = Int32(offset + 1)
      let code: Int32
      switch value {
      case .null: code = unsafe sqlite3_bind_null(handle, index)
      case .integer(let number): code = unsafe sqlite3_bind_int64(handle, index, number)
      case .real(let number): code = unsafe sqlite3_bind_double(handle, index, number)
      case .text(let text): code = bind(text, at: index)
      case .blob(let bytes): code = bind(bytes, at: index)
      }
      if code != SQLITE_OK { return code }
    }
    return SQLITE_OK
  }

  private func bind(_ text: String, at index: Int32) -> Int32 {
    var text = text
    return text.withUTF8 { bytes in
      guard let count = Int32(exactly: bytes.count) else { return SQLITE_TOOBIG }
      guard let base = bytes.baseAddress else { return unsafe csqlite_bind_text(handle, index, "", 0) }
      return unsafe base.withMemoryRebound(to: CChar.self, capacity: bytes.count) { characters in
        unsafe csqlite_bind_text(handle, index, characters, count)
      }
    }
  }

  private func bind(_ bytes: [UInt8], at index: Int32) -> Int32 {
    guard let count = Int32(exactly: bytes.count) else { return SQLITE_TOOBIG }
    if bytes.isEmpty { return unsafe sqlite3_bind_zeroblob(handle, index, 0) }
    return unsafe bytes.withUnsafeBytes { buffer in
      unsafe csqlite_bind_blob(handle, index, buffer.baseAddress, count)
    }
  }

  /// Runs to the next row: `SQLITE_ROW`, `SQLITE_DONE` or an error code.
  func step() -> Int32 { unsafe sqlite3_step(handle) }

  /// Makes the statement ready to be bound again, and frees what was bound.
  func reset() {
    unsafe sqlite3_reset(handle)
    unsafe sqlite3_clear_bindings(handle)
  }

  /// Frees the statement.
  func finish() { unsafe sqlite3_finalize(handle) }

  // Columns of the current row, 0-based.

  func isNull(_ column: Int32) -> Bool { unsafe sqlite3_column_type(handle, column) == SQLITE_NULL }

  /// Whether it holds a number; SQLite reads a text as 0 where one is asked for.
  func isNumber(_ column: Int32) -> Bool {
    let type = unsafe sqlite3_column_type(handle, column)
    return type == SQLITE_INTEGER || type == SQLITE_FLOAT
  }

  func isInteger(_ column: Int32) -> Bool { unsafe sqlite3_column_type(handle, column) == SQLITE_INTEGER }

  func isText(_ column: Int32) -> Bool { unsafe sqlite3_column_type(handle, column) == SQLITE_TEXT }

  func isBlob(_ column: Int32) -> Bool { unsafe sqlite3_column_type(handle, column) == SQLITE_BLOB }

  func integer(_ column: Int32) -> Int64 { unsafe sqlite3_column_int64(handle, column) }

  func real(_ column: Int32) -> Double { unsafe sqlite3_column_double(handle, column) }

  /// The column's name in the statement, for messages.
  func name(_ column: Int32) -> String {
    guard let start = unsafe sqlite3_column_name(handle, column) else { return "column \(column)" }
    return unsafe String(cString: start)
  }

  /// The value as it is stored.
  func value(_ column: Int32) -> SQLValue {
    switch unsafe sqlite3_column_type(handle, column) {
    case SQLITE_INTEGER: .integer(integer(column))
    case SQLITE_FLOAT: .real(real(column))
    case SQLITE_TEXT: .text(text(column))
    case SQLITE_BLOB: .blob(blob(column))
    default: .null
    }
  }

  func text(_ column: Int32) -> String {
    guard let start = unsafe sqlite3_column_text(handle, column) else { return "" }
    let count = Int(unsafe sqlite3_column_bytes(handle, column))
    return unsafe String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
  }

  /// What a closure makes of the bytes of a text or a blob, which are not copied.
  func withBytes<Result>(_ column: Int32, _ body: (Span<UInt8>) -> Result) -> Result {
    let start = unsafe sqlite3_column_blob(handle, column)
    let count = unsafe start == nil ? 0 : Int(sqlite3_column_bytes(handle, column))
    return unsafe body(UnsafeRawBufferPointer(start: start, count: count).bindMemory(to: UInt8.self).span)
  }

  func blob(_ column: Int32) -> [UInt8] {
    guard let start = unsafe sqlite3_column_blob(handle, column) else { return [] }
    let count = Int(unsafe sqlite3_column_bytes(handle, column))
    return unsafe Array(UnsafeRawBufferPointer(start: start, count: count))
  }
}

extension Statement {
  func count(_ column: Int32) -> Int { Int(integer(column)) }
  func optionalText(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }
  func optionalReal(_ column: Int32) -> Double? { isNull(column) ? nil : real(column) }
  func optionalBlob(_ column: Int32) -> [UInt8]? { isNull(column) ? nil : blob(column) }
}
