extension ResultStore {
  /// A text that differs wherever a report of the store could: its current results, scorings, failures, cells, and what
  /// the latest run says of itself.
  ///
  /// Rows are added and never changed but by an adoption, which adds a scoring, so that counts and last rows tell.
  ///
  /// - Throws: `StoreError` when the store cannot be read.
  public func reportState() throws(StoreError) -> String {
    let run = try latestRun()?.record
    let rows = try locked { (connection) throws(StoreError) in
      try connection.first(
        """
        SELECT json_array((SELECT count(*) FROM results WHERE current = 1), (SELECT max(id) FROM results),
          (SELECT max(id) FROM scorings), (SELECT max(id) FROM evaluations), (SELECT count(*) FROM failures),
          (SELECT max(recorded_at) FROM failures), (SELECT count(*) FROM cells), (SELECT max(id) FROM cells))
        """
      ) { $0.text(0) }
    }
    return (rows ?? "") + (run.map { Encoding.json($0) } ?? "")
  }
}
