/// The results of one configuration in one SQLite file. (Contract; the store's work fills it in.)
///
/// One connection, used by one caller at a time; a lock inside makes it safe to share.
public final class ResultStore: Sendable {
  // public static func open(_ path: String, mode: Mode) throws(StoreError) -> ResultStore      Mode: create / readOnly / existing
  // public let path: String
  // public func beginRun(_ run: RunRecord) throws(StoreError) -> RunID                          started, unfinished
  // public func finishRun(_ id: RunID, status: Int32) throws(StoreError)                        exit status, end time
  // public func latestRun() throws(StoreError) -> StoredRun?                                    record + start + end + status
  // public func cell(_ record: CellRecord) throws(StoreError) -> CellID                         finds or inserts; same record = same id
  // public func cells() throws(StoreError) -> [StoredCell]                                      id + record, in first-insertion order
  // public func identities(in cell: CellID) throws(StoreError) -> [String: String]              sampleID -> identity of what is stored
  // public func append(_ result: SampleResult, cell: CellID, run: RunID) throws(StoreError)     one transaction; replaces the same sampleID of the cell
  // public func reuse(identity: String, sampleID: String, cell: CellID, run: RunID) throws(StoreError) -> Bool   links an equal result of another cell
  // public func recordFailure(sampleID:, cell:, run:, message:) throws(StoreError)              a sample that could not be evaluated; cleared by append
  // public func failures() throws(StoreError) -> [StoredFailure]
  // public func results(in cell: CellID, withPrompts: Bool, withLogProbabilities: Bool) throws(StoreError) -> [SampleResult]   by sampleID order
  // public func prune(keeping: Set<CellID>) — NOT wanted: results are never deleted
  // public func weightsHash(path:, byteCount:, modified:) -> String? / rememberWeightsHash(...)    cache of file hashes
}
