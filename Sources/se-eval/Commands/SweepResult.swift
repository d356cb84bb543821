import Gates
import Sweeps
import Text

/// What `sweep --json` prints: how the sweep ended and where its results are.
struct SweepResult: Encodable {
  private struct Failure: Encodable {
    let model: String
    let method: String
    let task: String
    let coordinates: String
    let sample: String
    let reason: String
  }

  private let status: Int32
  private let store: String
  private let report: String?
  private let cells: Int
  private let samples: Int
  private let done: Int
  private let evaluated: Int
  private let reused: Int
  private let failed: Int
  private let seconds: Double
  private let failures: [Failure]
  private let unscored: [String]
  private let missing: [String]
  private let warnings: [String]
  private let gates: GateResult
  private let verdict: [String]

  /// - Parameters:
  ///   - summary: how the sweep ended.
  ///   - store: the store's path.
  ///   - report: the report's folder; nil where none was written.
  ///   - verdict: the sentences of the report's first screen.
  init(_ summary: SweepSummary, store: String, report: String?, verdict: [String] = []) {
    self.verdict = verdict
    let progress = summary.progress
    status = (summary.status == .interrupted ? Interruption.status : summary.status).rawValue
    (self.store, self.report) = (store, report)
    (cells, samples, done) = (progress.cellCount, progress.sampleCount, progress.doneSampleCount)
    (evaluated, reused) = (progress.evaluatedSampleCount, progress.reusedSampleCount)
    (failed, seconds) = (progress.failedSampleCount, progress.elapsedSeconds)
    failures = summary.failures.map {
      Failure(
        model: $0.cell.model, method: $0.cell.method, task: $0.cell.task, coordinates: "\($0.cell.coordinates)",
        sample: $0.sampleID, reason: $0.reason)
    }
    (unscored, missing, warnings) = (summary.unscored, summary.missing.map(\.description), summary.warnings)
    gates = GateResult(summary.gates)
  }
}
