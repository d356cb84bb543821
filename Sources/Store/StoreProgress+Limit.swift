extension StoreProgress {
  /// The same where no more than some samples of each cell were asked for: the others are not missing.
  ///
  /// - Parameter limit: samples of a cell at most; nil for all.
  /// - Returns: the progress of what was asked for.
  public func limited(to limit: Int?) -> StoreProgress {
    guard let limit else { return self }
    let cells = cells.map { count in
      var record = count.cell.record
      record.sampleCount = min(record.sampleCount, limit)
      return CellCount(
        cell: StoredCell(id: count.cell.id, record: record), doneCount: count.doneCount, failedCount: count.failedCount)
    }
    return StoreProgress(name: name, cells: cells, parts: parts)
  }
}
