import CSQLite
import Evaluation

/// What SQLite said, and to what.
public struct SQLiteFailure: Hashable, Sendable {
  /// SQLite's extended result code, for example 5 (busy) or 13 (full).
  public let code: Int32
  /// SQLite's message.
  public let message: String
  /// The statement that failed, nil when the file could not be opened.
  public let sql: String?
  /// True where the statement reads or changes this program's own tables, and nothing else.
  ///
  /// What the tables do not allow is then the store's fault. A copy to another place, or a setting, fails for reasons of
  /// its own.
  public let isOfTables: Bool

  /// A failure from its parts.
  public init(code: Int32, message: String, sql: String?, isOfTables: Bool = false) {
    self.code = code
    self.message = message
    self.sql = sql
    self.isOfTables = isOfTables
  }
}

/// Why the result store cannot do what it was asked; facts only, worded by `description`.
public enum StoreError: Error, Hashable, Sendable {
  /// The name is that of no file: empty, `:memory:`, a URI, a device.
  case noFile(path: String)
  /// There is no such file.
  case missing(path: String)
  /// The file is no SQLite database.
  case notADatabase(path: String, SQLiteFailure)
  /// The file is an SQLite database, and not one of se-eval's.
  case notAStore(path: String, applicationID: Int64)
  /// The file has nothing in it.
  case empty(path: String)
  /// The name is that of a folder.
  case folder(path: String)
  /// Nothing of a damaged file can be read.
  case nothingReadable(path: String, problem: String)
  /// The file was written by a newer se-eval.
  case newerSchema(path: String, found: Int, supported: Int)
  /// The file has a schema version that no se-eval writes.
  case impossibleSchema(path: String, found: Int)
  /// The store lacks tables that its schema version has: some are gone, or the version in its header is not true.
  case otherTables(path: String, version: Int, lacking: [String])
  /// The store was made as one part of a sweep and is asked to hold another one, or, where `asked` is nil, the whole.
  case otherShards(path: String, stored: ShardRecord, asked: ShardRecord?)
  /// Two stores hold different numbers under one identity.
  case conflict(MergeConflict)
  /// Two stores to be merged are of different configurations.
  case otherConfigurations(ConfigurationDifference)
  /// A store is to be merged into itself.
  case mergeWithItself(path: String)
  /// Another process holds the database for longer than we wait.
  case locked(path: String, SQLiteFailure)
  /// The disk, the quota or the permitted size is used up.
  case diskFull(path: String, SQLiteFailure)
  /// The file, its folder or this store is read-only.
  case readOnly(path: String, SQLiteFailure)
  /// The file's structure is damaged.
  case corrupt(path: String, SQLiteFailure)
  /// The file cannot be opened.
  case cannotOpen(path: String, SQLiteFailure)
  /// Reading or writing the file failed.
  case inputOutput(path: String, SQLiteFailure)
  /// Any other failure of SQLite.
  case failed(path: String, SQLiteFailure)
  /// The folder or the lock file beside the database cannot be made; `code` is an errno.
  case lockFile(path: String, code: Int32, message: String)
  /// A value in the database is not what this program writes.
  case damagedRow(path: String, table: String, row: Int64, problem: String)

  /// The case for a failure of SQLite.
  init(_ failure: SQLiteFailure, path: String) {
    switch failure.code & 0xff {
    case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL: self = .locked(path: path, failure)
    case SQLITE_FULL: self = .diskFull(path: path, failure)
    case SQLITE_READONLY: self = .readOnly(path: path, failure)
    case SQLITE_CORRUPT: self = .corrupt(path: path, failure)
    case SQLITE_NOTADB: self = .notADatabase(path: path, failure)
    case SQLITE_CANTOPEN, SQLITE_PERM: self = .cannotOpen(path: path, failure)
    case SQLITE_IOERR: self = .inputOutput(path: path, failure)
    default: self = .failed(path: path, failure)
    }
  }
}
