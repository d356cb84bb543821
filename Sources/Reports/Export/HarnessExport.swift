import Digest
import Evaluation
import Foundation
import JSON
import Store

/// Results and samples in lm-evaluation-harness's layout: for each model and method a folder with
/// `results_<date>.json` and `samples_<task>_<date>.jsonl`; each cell is one of its tasks.
struct HarnessExport {
  let exporter: Exporter
  let folder: String

  init(_ exporter: Exporter, folder: String) {
    self.exporter = exporter
    self.folder = folder
  }

  func write(_ cells: [StoredCell]) throws(ReportError) -> ExportSummary {
    let run = try fromStore { () throws(StoreError) in try exporter.store.latestRun() }
    let date = Self.date(run?.startedAt ?? 0)
    var summary = ExportSummary(files: [], sampleCount: 0, notes: [])
    var order: [String] = []
    var groups: [String: [StoredCell]] = [:]
    for cell in cells {
      let name = OutputFile.safeName("\(cell.record.model)__\(cell.record.method)")
      if groups[name] == nil { order.append(name) }
      groups[name, default: []].append(cell)
    }
    for name in order {
      let own = groups[name] ?? []
      var results: [JSONValue.Member] = []
      var configs: [JSONValue.Member] = []
      var counts: [JSONValue.Member] = []
      for cell in own {
        let task = Self.taskName(cell.record)
        let file = try LineFile("\(folder)/\(name)/samples_\(task)_\(date).jsonl")
        var sums: [String: (sum: Double, squares: Double, count: Int)] = [:]
        try exporter.forEach(of: cell, prompts: true) { (sample) throws(ReportError) in
          for score in sample.scores {
            guard let value = score.value else { continue }
            let old = sums[score.metric] ?? (0, 0, 0)
            sums[score.metric] = (old.sum + value, old.squares + value * value, old.count + 1)
          }
          try file.add(Self.row(sample, index: file.lineCount).written(.compact))
        }
        try file.finish()
        summary.files.append(file.path)
        summary.sampleCount += file.lineCount
        results.append(.init(key: task, value: Self.result(task, sums)))
        configs.append(.init(key: task, value: Self.configuration(cell.record, task)))
        counts.append(
          .init(
            key: task,
            value: .object([
              "original": .integer(cell.record.sampleCount), "effective": .integer(file.lineCount),
            ])))
      }
      let record = own[0].record
      let all = JSONValue.object([
        .init(key: "results", value: .object(results)), .init(key: "configs", value: .object(configs)),
        .init(key: "versions", value: .object(results.map { .init(key: $0.key, value: .integer(1)) })),
        .init(key: "n-shot", value: .object(results.map { .init(key: $0.key, value: .integer(0)) })),
        .init(key: "n-samples", value: .object(counts)),
        .init(
          key: "config",
          value: .object([
            "model": .string("se-eval"), "model_args": .string("model=\(record.model),method=\(record.method)"),
            "model_sha": .string(record.modelHash), "limit": .null,
          ])),
        .init(key: "date", value: .number(run?.startedAt ?? 0)),
        .init(key: "model_name", value: .string("\(record.model) \(record.method)")),
        .init(key: "git_hash", value: JSONValue(run?.record.environment["git"])),
      ])
      let path = "\(folder)/\(name)/results_\(date).json"
      try OutputFile.write(Data((all.written(.pretty) + "\n").utf8), to: path)
      summary.files.append(path)
    }
    return summary
  }

  private static func taskName(_ record: CellRecord) -> String {
    let place = record.coordinates.map { "_\($0.name)-\($0.text)" }.joined()
    return OutputFile.safeName(record.task + place)
  }

  private static func result(_ task: String, _ sums: [String: (sum: Double, squares: Double, count: Int)]) -> JSONValue
  {
    var members: [JSONValue.Member] = [.init(key: "alias", value: .string(task))]
    for (metric, sum) in sums.sorted(by: { $0.key < $1.key }) {
      let count = Double(sum.count)
      let mean = sum.sum / count
      // The harness's standard error: the samples' deviation over the root of their number.
      let variance = sum.count > 1 ? max(0, (sum.squares - count * mean * mean) / (count - 1)) : 0
      members.append(.init(key: "\(metric),none", value: .number(mean)))
      members.append(
        .init(
          key: "\(metric)_stderr,none",
          value: sum.count > 1 ? .number((variance / count).squareRoot()) : .string("N/A")))
    }
    return .object(members)
  }

  private static func configuration(_ record: CellRecord, _ task: String) -> JSONValue {
    .object([
      "task": .string(task), "num_fewshot": .integer(0), "repeats": .integer(1),
      "metric_list": .array(
        record.metrics.map { metric in
          .object([
            "metric": .string(metric.name), "aggregation": .string("mean"),
            "higher_is_better": .bool(metric.higherIsBetter),
          ])
        }),
      "metadata": .object(["version": .integer(1), "protocol": .string(record.protocolName)]),
    ])
  }

  private static func row(_ sample: SampleResult, index: Int) -> JSONValue {
    let target = sample.expected.first ?? ""
    let output = sample.output ?? ""
    var members: [JSONValue.Member] = [
      .init(key: "doc_id", value: .integer(index)),
      .init(
        key: "doc",
        value: .object([
          "id": .string(sample.sampleID), "facts": JSONValue(json: sample.facts) ?? .null,
          "answers": .array(sample.expected.map { .string($0) }),
        ])),
      .init(key: "target", value: .string(target)),
      .init(
        key: "arguments",
        value: .object([
          "gen_args_0": .object(["arg_0": .string(sample.prompt), "arg_1": JSONValue.object([JSONValue.Member]())])
        ])),
      .init(key: "resps", value: .array([.array([.string(output)])])),
      .init(key: "filtered_resps", value: .array([.string(output)])),
      .init(key: "filter", value: .string("none")),
      .init(key: "metrics", value: .array(sample.scores.map { .string($0.metric) })),
      .init(key: "doc_hash", value: .string(SHA256.hexadecimal(of: sample.sampleID))),
      .init(key: "prompt_hash", value: .string(SHA256.hexadecimal(of: sample.prompt))),
      .init(key: "target_hash", value: .string(SHA256.hexadecimal(of: target))),
    ]
    for score in sample.scores {
      members.append(.init(key: score.metric, value: score.value.map { .number($0) } ?? .null))
    }
    return .object(members)
  }

  /// The time of the run as the harness names its files: `2026-11-26T15-30-00.000000`.
  private static func date(_ seconds: Double) -> String {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(identifier: "UTC")
    formatter.dateFormat = "yyyy-MM-dd'T'HH-mm-ss'.000000'"
    return formatter.string(from: Date(timeIntervalSince1970: seconds))
  }
}
