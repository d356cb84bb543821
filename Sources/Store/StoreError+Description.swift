import CSQLite

extension StoreError: CustomStringConvertible {
  /// What is wrong, where, and what to do.
  public var description: String {
    switch self {
    case .noFile(let path):
      "'\(path)' is not the name of a file, and results would be lost when the program ends. Name a file with --db."
    case .missing(let path):
      "\(path): there is no such result store. Run `se-eval sweep` first, or check the name."
    case .notADatabase(let path, let failure):
      "\(path): the file is not an SQLite database (\(failure.text)). Name a store written by `se-eval sweep`."
    case .notAStore(let path, let applicationID):
      "\(path): the file is an SQLite database of another program (application id \(applicationID)) and was left "
        + "untouched. Name a store written by `se-eval sweep`."
    case .empty(let path):
      "\(path): the file is empty: what was to fill it has only just begun, or was killed at its first step. Give that "
        + "command again, or name a store written by `se-eval sweep`."
    case .folder(let path):
      "\(path) is a folder, and a store is one file. Of a folder of shards make one store with `se-eval merge \(path) "
        + "--into DB`, and name DB; or name a file."
    case .nothingReadable(let path, let problem):
      "\(path): nothing of the file can be read: \(problem) Restore a copy; without one, sweep again into a new store, "
        + "and merge what shards or copies still hold."
    case .newerSchema(let path, let found, let supported):
      "\(path): the store has schema version \(found), this se-eval knows versions up to \(supported). "
        + "Use the newer se-eval that wrote it."
    case .impossibleSchema(let path, let found):
      "\(path): the store has schema version \(found), which no se-eval writes: the file's header is damaged. "
        + "\(Self.saving(path))"
    case .otherTables(let path, let version, let lacking):
      "\(path): the store says that it has schema version \(version), and lacks what that has: "
        + lacking.prefix(3).joined(separator: ", ") + (lacking.count > 3 ? " and \(lacking.count - 3) more" : "")
        + ". It is damaged. \(Self.saving(path))"
    case .otherShards(let path, let stored, let asked):
      "\(path): the store was made as shard \(stored.index)/\(stored.count) of this sweep and cannot go on as "
        + (asked.map { asked in
          "shard \(asked.index)/\(asked.count), which is "
            + (asked.count == stored.count ? "another part of it" : "another division of the samples")
        } ?? "the whole of it")
        + ". Go on with --shard \(stored.index)/\(stored.count), or give "
        + (asked == nil
          ? "the whole sweep a store of its own with --db, into which `se-eval merge` brings this one."
          : "the other shards stores of their own with --db.")
    case .conflict(let conflict): conflict.description
    case .otherConfigurations(let difference): difference.description
    case .mergeWithItself(let path):
      "\(path): a store cannot be merged into itself. Name another store after --into."
    case .locked(let path, let failure):
      "\(path): another process is using the store (\(failure.text)). Wait for it to end, or give each shard a store "
        + "of its own with --db and join them with `se-eval merge`."
    case .diskFull(let path, let failure):
      "\(path): no room is left to store a result (\(failure.text)). Free space on the disk and start again: what was "
        + "committed is kept."
    case .readOnly(let path, let failure):
      "\(path): the store cannot be written (\(failure.text)). Check the permissions of the file and of its folder, or name "
        + "another place (--db, --into)."
    case .corrupt(let path, let failure):
      "\(path): the store is damaged (\(failure.text)). \(Self.saving(path))"
    case .cannotOpen(let path, let failure):
      "\(path): the store cannot be opened (\(failure.text)). Check that the folder exists and may be read and written."
    case .inputOutput(let path, let failure):
      "\(path): reading or writing the store failed (\(failure.text)). Check the disk and start again: what was "
        + "committed is kept."
    case .failed(let path, let failure):
      "\(path): SQLite failed (\(failure.text))."
        + (failure.isOfSchema ? " The store is not as this program makes it. \(Self.saving(path))" : "")
    case .lockFile(let path, let code, let message):
      "\(path): the file or folder cannot be made (errno \(code): \(message)). Check that the folder may be written, or "
        + "name another place (--db, --into)."
    case .damagedRow(let path, let table, let row, let problem):
      "\(path): row \(row) of table \(table) is damaged: \(problem). Restore a copy of the store, or leave out what "
        + "is damaged with `se-eval doctor \(path) --recover NEW`: a sweep on the new one evaluates that again."
    }
  }
}

extension StoreError {
  private static func saving(_ path: String) -> String {
    "Restore a copy, or save what is readable with `se-eval doctor \(path) --recover NEW`."
  }
}

extension SQLiteFailure {
  /// True where a statement of this program does not fit the tables, or what they allow: the statements are always the
  /// same, so that the file is at fault.
  var isOfSchema: Bool { isOfTables && [SQLITE_ERROR, SQLITE_CONSTRAINT, SQLITE_MISMATCH].contains(code & 0xff) }

  /// Code, message and statement in one line.
  var text: String {
    guard let sql else { return "SQLite error \(code): \(message)" }
    let oneLine = sql.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    let shown = oneLine.count > 160 ? oneLine.prefix(157) + "..." : oneLine[...]
    return "SQLite error \(code): \(message), in \"\(shown)\""
  }
}
