extension ResultStore {
  /// Adds to what a run's reports must say.
  ///
  /// - Parameters:
  ///   - warning: a sentence.
  ///   - id: the run.
  /// - Throws: `StoreError` when the store cannot be read or written.
  public func addWarning(_ warning: String, to id: RunID) throws(StoreError) {
    try locked { (connection) throws(StoreError) in
      try connection.transaction { () throws(StoreError) in
        let found = try connection.first("SELECT warnings FROM runs WHERE id = ?", [.integer(id.rawValue)]) {
          $0.text(0)
        }
        guard let found, let warnings = Encoding.decoded([String].self, found) else {
          throw damaged("runs", id.rawValue, "warnings are not JSON")
        }
        try connection.run(
          "UPDATE runs SET warnings = ? WHERE id = ?",
          [.text(Encoding.json(warnings + [warning])), .integer(id.rawValue)])
      }
    }
  }
}
