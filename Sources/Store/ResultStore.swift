public import Evaluation
import Foundation
import Synchronization

/// The results of one configuration in one SQLite file.
///
/// One connection, used by one caller at a time; a lock inside makes it safe to share. Several processes may write to
/// the same file: each sample is one IMMEDIATE transaction, and a busy file is waited for.
///
/// Durability: write-ahead log with `synchronous=FULL`. NORMAL would lose the last samples when the power fails (never
/// when only the process dies); a sample costs seconds to minutes of CPU and the flush a few milliseconds, so the flush is
/// paid. Where the file system cannot do a write-ahead log (some network mounts), a rollback journal is used.
public final class ResultStore: Sendable {
  /// What may be done with the file.
  public enum Mode: Hashable, Sendable {
    /// Read and write; the file and its folder are made where they are missing.
    case create
    /// Read and write; the file must exist.
    case existing
    /// Read only; the file must exist.
    case readOnly
  }

  /// How the file is treated; the default is right but for tests and odd file systems.
  public struct Options: Hashable, Sendable {
    /// How long another process's lock is waited for.
    public var busyTimeoutSeconds: Double
    /// SQLite's interface to the file system, for example `unix-dotfile`; nil for its default.
    public var fileSystemInterface: String?
    /// A cap on the database's size, nil for none; reaching it is like a full disk.
    public var maximumByteCount: Int?
    /// What the tasks say of their scores.
    ///
    /// A mean's score outside is damage. A store's own word is not asked.
    public var ranges: ScoreRanges

    /// Options, by default two minutes of patience, so that a backup does not end a sweep, and no cap.
    public init(
      busyTimeoutSeconds: Double = 120, fileSystemInterface: String? = nil, maximumByteCount: Int? = nil,
      ranges: ScoreRanges = [:]
    ) {
      self.busyTimeoutSeconds = busyTimeoutSeconds
      self.fileSystemInterface = fileSystemInterface
      self.maximumByteCount = maximumByteCount
      self.ranges = ranges
    }
  }

  /// The file.
  public let path: String
  /// `wal`, or what the file system allowed instead.
  public let journalMode: String
  /// The configuration whose runs and cells count as the latest ones; nil for that of the run that started last.
  public let configurationHash: String?
  /// What the tasks say of their scores.
  let ranges: ScoreRanges
  private let shared: Shared

  /// The connection, which a store and its limited views have together.
  private final class Shared: Sendable {
    let connection: Mutex<Connection>
    init(_ connection: sending Connection) { self.connection = Mutex(connection) }
  }

  private init(path: String, journalMode: String, configurationHash: String?, ranges: ScoreRanges, shared: Shared) {
    self.ranges = ranges
    self.path = path
    self.journalMode = journalMode
    self.configurationHash = configurationHash
    self.shared = shared
  }

  private convenience init(
    path: String, journalMode: String, ranges: ScoreRanges, connection: sending Connection
  ) {
    self.init(
      path: path, journalMode: journalMode, configurationHash: nil, ranges: ranges, shared: Shared(connection))
  }

  /// The same open store, whose `latestRun` and `currentCells` are those of one configuration.
  ///
  /// A sweep reports through it: another configuration, or a merge, may begin a run in the store meanwhile.
  public func limited(toConfiguration hash: String) -> ResultStore {
    ResultStore(path: path, journalMode: journalMode, configurationHash: hash, ranges: ranges, shared: shared)
  }

  /// Opens a store, makes it where the mode says so, and brings its schema up to date.
  ///
  /// Opening happens under a file lock (`<path>.opening`), so that two processes may make the same store at once. A store
  /// of an older schema is migrated, or, where it is opened for reading, read as it is.
  ///
  /// - Parameters:
  ///   - path: The SQLite file.
  ///   - mode: What may be done with it.
  ///   - options: Patience and limits.
  /// - Returns: The open store; closed when the last reference goes.
  /// - Throws: `StoreError`: not a file, missing, locked, read-only or full, not a database, another program's, damaged,
  ///   too new.
  public static func open(
    _ path: String, mode: Mode, options: Options = Options()
  ) throws(StoreError) -> ResultStore {
    try open(path, mode: mode, options: options, sleep: LockPatience.sleep)
  }

  /// The same with a way to wait for locks, which tests replace.
  static func open(
    _ path: String, mode: Mode, options: Options, sleep: @escaping @Sendable (Double) -> Void
  ) throws(StoreError) -> ResultStore {
    try refuseWhatIsNoFile(path)
    if mode == .create { try makeFolder(of: path) }
    guard mode == .create || FileManager.default.fileExists(atPath: path) else { throw .missing(path: path) }
    if mode == .readOnly {
      let (connection, journalMode) = try readOnlyConnection(path, options)
      return ResultStore(path: path, journalMode: journalMode, ranges: options.ranges, connection: connection)
    }
    let lock = try FileLock(beside: path)
    let connection = try Connection(
      path: path, access: mode == .create ? .create : .existing,
      busyTimeoutMilliseconds: milliseconds(options), vfs: options.fileSystemInterface, sleep: sleep)
    // Before anything is changed in a file that may not be ours; a log of another program's stays as it is.
    connection.keepsLog = FileManager.default.fileExists(atPath: path + "-wal")
    _ = try Schema.check(connection)
    connection.keepsLog = false
    let journalMode = try settleJournal(connection, network: FileSystemKind.network(at: path) != nil)
    try connection.execute("PRAGMA synchronous = FULL")
    // Nothing is secret in a store, and zeroing what a migration frees would write it once more.
    try connection.execute("PRAGMA secure_delete = OFF")
    try connection.execute("PRAGMA foreign_keys = OFF")
    try Schema.migrate(connection)
    try connection.execute("PRAGMA foreign_keys = ON")
    if let cap = options.maximumByteCount {
      let pageSize = try connection.first("PRAGMA page_size") { $0.count(0) } ?? 4096
      try connection.execute("PRAGMA max_page_count = \(max(1, cap / pageSize))")
    }
    _ = consume lock
    return ResultStore(path: path, journalMode: journalMode, ranges: options.ranges, connection: connection)
  }

  /// Opens a damaged store for reading as far as it goes: by the tables that it has, whatever its version says.
  static func openForRecovery(_ path: String) throws(StoreError) -> ResultStore {
    try refuseWhatIsNoFile(path)
    guard FileManager.default.fileExists(atPath: path) else { throw .missing(path: path) }
    let (connection, mode) = try readOnlyConnection(path, Options()) { (connection) throws(StoreError) in
      // With it SQLite reads a file that is shorter than its header says, and passes over what it cannot read of the
      // schema; nothing is written.
      try connection.execute("PRAGMA writable_schema = ON")
      do throws(StoreError) {
        return try Schema.check(connection)
      } catch {
        switch error {
        case .otherTables, .impossibleSchema: return try Schema.fittingVersion(connection)
        case .notAStore:
          // Its number may be what is damaged; tables that are all there are not another program's.
          let fitting = try Schema.fittingVersion(connection)
          let lack = try SchemaShape(of: connection).lacking(try SchemaShape.version(fitting))
          guard lack.isEmpty else { throw error }
          return fitting
        default: throw error
        }
      }
    }
    return ResultStore(path: path, journalMode: mode, ranges: [:], connection: connection)
  }

  /// What should be known of the place of the store; nil where there is nothing to say.
  public var placeNote: String? {
    guard journalMode != "wal" else { return nil }
    let place = FileSystemKind.network(at: path).map { "lies on \($0), which machines share" }
    return
      "\(path): the store \(place ?? "cannot have a write-ahead log where it lies"); it uses a rollback journal, and "
      + "readers wait for writers. One process at a time should write it: give each shard a store of its own"
  }

  /// Runs a closure with the connection, alone.
  func locked<Result: Sendable>(
    _ body: (Connection) throws(StoreError) -> Result
  ) throws(StoreError) -> Result {
    try shared.connection.withLock { (connection) throws(StoreError) in try body(connection) }
  }

  /// Runs a closure that reads with several statements, alone and in one state of the file: between two statements another
  /// process may store a sample, whose scores the first one has not seen.
  func snapshot<Result: Sendable>(
    _ body: (Connection) throws(StoreError) -> Result
  ) throws(StoreError) -> Result {
    try locked { (connection) throws(StoreError) in
      try connection.snapshot { () throws(StoreError) in try body(connection) }
    }
  }

  private static func milliseconds(_ options: Options) -> Int32 {
    Int32(clamping: Int(min(max(options.busyTimeoutSeconds, 0), 1e6) * 1000))
  }

  /// SQLite gives an empty name, `:memory:` and URIs meanings of its own, under which results would vanish with the
  /// process; a device or a pipe keeps nothing either.
  private static func refuseWhatIsNoFile(_ path: String) throws(StoreError) {
    guard !path.isEmpty, path != ":memory:", !path.hasPrefix("file:") else { throw .noFile(path: path) }
    let url = URL(filePath: path).resolvingSymlinksInPath()
    let kind = try? FileManager.default.attributesOfItem(atPath: url.path)[.type] as? FileAttributeType
    guard kind != .typeDirectory else { throw .folder(path: path) }
    guard kind == nil || kind == .typeRegular else { throw .noFile(path: path) }
  }

  private static func makeFolder(of path: String) throws(StoreError) {
    let folder = URL(filePath: path).deletingLastPathComponent().path
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      let code = ((error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError)?.code ?? (error as NSError).code
      throw .lockFile(path: folder, code: Int32(clamping: code), message: "the folder cannot be made")
    }
  }

  /// Takes the write-ahead log where the file system can, and a rollback journal where it cannot.
  ///
  /// The mode alone does not tell: on some mounts it is accepted and the first transaction fails.
  /// On the file systems of several machines a log would seem to work, and lose what another machine writes: there it is
  /// the rollback journal at once.
  private static func settleJournal(_ connection: Connection, network: Bool) throws(StoreError) -> String {
    if !network, let mode = try writeAheadLog(connection) { return mode }
    let mode = try connection.first("PRAGMA journal_mode = DELETE") { $0.text(0) } ?? ""
    try connection.transaction { () throws(StoreError) in }
    return mode
  }

  /// The mode that was taken; nil where the file system cannot do a write-ahead log.
  private static func writeAheadLog(_ connection: Connection) throws(StoreError) -> String? {
    do {
      let mode = try connection.first("PRAGMA journal_mode = WAL") { $0.text(0) } ?? ""
      try connection.transaction { () throws(StoreError) in }
      return mode
    } catch {
      switch error {
      case .inputOutput, .cannotOpen: return nil
      default: throw error
      }
    }
  }

  private static func readOnlyConnection(
    _ path: String, _ options: Options, _ version: (Connection) throws(StoreError) -> Int = Schema.check
  ) throws(StoreError) -> sending (Connection, String) {
    // A connection that may not write cannot take away again the empty log that reading makes. One that may leaves a log
    // that was there to whoever wrote it, and writes nothing itself.
    let hasLog = FileManager.default.fileExists(atPath: path + "-wal")
    let takesAway = !hasLog && usesLog(path) && FileSystemKind.network(at: path) == nil
    var connection = try Connection(
      path: path, access: takesAway ? .existing : .readOnly, busyTimeoutMilliseconds: milliseconds(options),
      vfs: options.fileSystemInterface)
    var found: Int
    do {
      found = try version(connection)
    } catch {
      // A WAL store in a read-only folder: without a log file nobody writes, so it can be read as it is.
      switch error {
      case .cannotOpen, .readOnly: break
      default: throw error
      }
      guard byteCount(path + "-wal") == 0 else { throw error }
      connection = try Connection(
        path: path, access: .readOnly, busyTimeoutMilliseconds: milliseconds(options),
        vfs: options.fileSystemInterface, immutable: true)
      found = try version(connection)
    }
    guard found > 0 else { throw .empty(path: path) }
    if found == 1 { try connection.execute(Version1Reading.views) }
    if found == 2 { try connection.execute(Version2Reading.views) }
    try connection.execute("PRAGMA query_only = ON")
    let mode = try connection.first("PRAGMA journal_mode") { $0.text(0) } ?? ""
    return (connection, mode)
  }

  /// Whether a database's header says that it is written through a log.
  private static func usesLog(_ path: String) -> Bool {
    guard let file = FileHandle(forReadingAtPath: path), let header = try? file.read(upToCount: 20) else {
      return false
    }
    return header.count == 20 && header.suffix(2).allSatisfy { $0 == 2 }
  }

  private static func byteCount(_ path: String) -> Int {
    (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? NSNumber)?.intValue ?? 0
  }
}
