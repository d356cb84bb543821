import Evaluation
public import Gates
public import Store

/// The gates of a configuration with the numbers of their baselines.
struct SweepGates {
  private let gates: [Gate]
  private let names: TaskEntries
  private var baselines: [ConfiguredPath: Baseline] = [:]

  /// Reads the baselines, before any work.
  ///
  /// - Throws: `SweepError.baseline`.
  init(_ configuration: Configuration, _ read: (_ path: String) throws -> Baseline) throws(SweepError) {
    gates = configuration.gates
    names = configuration.entryNames
    for gate in gates {
      guard let baseline = gate.baseline, baselines[baseline] == nil else { continue }
      guard let path = baseline.resolved else {
        throw .baseline(
          path: baseline.text, baseline.location, reason: "the variable \(baseline.unsetVariable ?? "") is not set")
      }
      do { baselines[baseline] = try read(path) } catch {
        throw .baseline(path: path, baseline.location, reason: "\(error)")
      }
    }
  }

  /// Judges the numbers of a sweep's cells.
  func judge(_ sweep: Sweep, _ ids: [CellID?], _ store: ResultStore) throws(SweepError) -> [Judgement] {
    if gates.isEmpty { return [] }
    var cells: [(record: CellRecord, samples: [SampleResult])] = []
    for (cell, id) in zip(sweep.cells, ids) {
      guard let id else { throw .unregistered(cell: cell.name) }
      let record = try sweep.samples.record(of: cell, modelHash: "")
      let results = try stored { () throws(StoreError) in
        try store.results(in: id, withPrompts: false, withLogProbabilities: false)
      }
      cells.append((record, results))
    }
    return judge(Measurement.all(cells, seed: Int(clamping: sweep.configuration.seed)))
  }

  /// Judges numbers.
  func judge(_ values: [Measurement]) -> [Judgement] {
    gates.enumerated().flatMap { index, gate in
      gate.rule.judge(values, baseline: gate.baseline.flatMap { baselines[$0] }, names: names).map { judgement in
        var judgement = judgement
        judgement.gate = index
        return judgement
      }
    }
  }
}

extension Configuration {
  /// Reads the baselines of the gates, as a sweep does before any work.
  ///
  /// - Parameter read: reads a baseline file.
  /// - Throws: `SweepError.baseline`.
  public func checkGates(_ read: (_ path: String) throws -> Baseline) throws(SweepError) {
    _ = try SweepGates(self, read)
  }

  /// Judges the configuration's gates over what a store holds, without a model.
  ///
  /// - Parameters:
  ///   - store: the results of the configuration.
  ///   - read: reads a baseline file.
  /// - Returns: one judgement for each number that a gate looks at; none without gates.
  /// - Throws: `SweepError`: a baseline cannot be read, or the store cannot.
  public func judgeGates(
    in store: ResultStore, _ read: (_ path: String) throws -> Baseline
  ) throws(SweepError) -> [Judgement] {
    guard !gates.isEmpty else { return [] }
    let own = try SweepGates(self, read)
    return own.judge(try stored { () throws(StoreError) in try Measurement.all(in: store) })
  }
}
