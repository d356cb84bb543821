import Digest
public import Tasks

/// A task entry of a configuration that is built: its data are there and checked.
public final class PreparedTask {
  /// The configuration's entry.
  public let entry: Configuration.TaskEntry
  /// The task.
  public let task: any EvaluationTask
  /// Makes scores of outcomes.
  let scorer: Scorer
  /// SHA-256 over names and hashes of the data files; empty for a generator.
  let dataHash: String

  /// The name in tables.
  public var name: String { entry.name }

  /// The name of the way of doing the task, a judge's part in it too.
  var protocolName: String { scorer.identity.protocolName }

  init(_ entry: Configuration.TaskEntry, _ task: any EvaluationTask, hasJudge: Bool) {
    self.entry = entry
    self.task = task
    let isJudged = hasJudge && !task.judgedMetrics.isEmpty
    scorer = Scorer(task, protocolName: isJudged ? task.judgedProtocolName : task.protocolName)
    let files = task.dataFiles.sorted { ($0.name, $0.sha256) < ($1.name, $1.sha256) }
    dataHash = files.isEmpty ? "" : SHA256.hexadecimal(of: files.map { "\($0.name) \($0.sha256)\n" }.joined())
  }

  /// Builds a task; a missing dataset is listed, any other mistake thrown with its place.
  ///
  /// - Parameters:
  ///   - entry: the configuration's entry.
  ///   - hasJudge: the sweep has a judge.
  ///   - missing: grows by what is not there.
  /// - Returns: the task; nil where its data are missing.
  /// - Throws: `SweepError`.
  static func build(
    _ entry: Configuration.TaskEntry, hasJudge: Bool, _ missing: inout [MissingInput]
  ) throws(SweepError) -> PreparedTask? {
    guard let settings = entry.settings else {
      for (key, path) in entry.paths.sorted(by: { $0.key < $1.key }) where path.resolved == nil {
        missing.append(MissingInput(dataOf: entry, key: key, path: path, lookedFor: []))
      }
      return nil
    }
    do {
      return PreparedTask(entry, try entry.type.init(settings: settings), hasJudge: hasJudge)
    } catch {
      switch error {
      case .missingData(let file, let need):
        let path = entry.paths.sorted { $0.key < $1.key }.first {
          $0.value.resolved.map { file.hasPrefix($0) } ?? false
        }
        missing.append(
          MissingInput(
            kind: .dataset, name: entry.name, argument: "tasks.\(entry.name).\(path?.key ?? "path")",
            writtenPath: path?.value.text ?? file, location: path?.value.location ?? entry.location, unsetVariable: nil,
            lookedFor: ["\(file): \(need)"]))
        return nil
      case .setting(let key, let found, let expected):
        throw .configuration(
          entry.locations[key] ?? entry.location, .impossible(key: key, found: found, expected: expected))
      case .damagedData, .impossibleSample, .unverifiedData, .unwritable:
        throw .task(name: entry.name, entry.location, error)
      }
    }
  }
}

extension MissingInput {
  fileprivate init(dataOf entry: Configuration.TaskEntry, key: String, path: ConfiguredPath, lookedFor: [String]) {
    self.init(
      kind: .dataset, name: entry.name, argument: "tasks.\(entry.name).\(key)", writtenPath: path.text,
      location: path.location, unsetVariable: path.unsetVariable, lookedFor: lookedFor)
  }
}
