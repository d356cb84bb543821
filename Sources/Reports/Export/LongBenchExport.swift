import Evaluation
import JSON
import Store

/// Predictions in LongBench's layout: `pred/<model>/<dataset>.jsonl` with `pred`, `answers`, `all_classes`, `length`.
struct LongBenchExport {
  let exporter: Exporter
  let folder: String

  init(_ exporter: Exporter, folder: String) {
    self.exporter = exporter
    self.folder = folder
  }

  func write(_ cells: [StoredCell]) throws(ReportError) -> ExportSummary {
    var summary = ExportSummary(files: [], sampleCount: 0, notes: [])
    var files: [String: LineFile] = [:]
    for cell in cells where exporter.tasks[cell.record.task].exportLayout == ExportFormat.longBench.rawValue {
      let model = OutputFile.safeName(
        cell.record.method == "plain" ? cell.record.model : "\(cell.record.model)-\(cell.record.method)")
      try exporter.forEach(of: cell, prompts: false) { (sample) throws(ReportError) in
        let facts = JSONValue(json: sample.facts)
        guard let dataset = facts?["dataset"]?.text else { return }
        let classes = exporter.classes(dataset)
        if facts?["classes"] != nil, classes == nil {
          let note =
            "\(dataset): its scorer needs the dataset's classes, and its file is not there; name it with --data"
          if !summary.notes.contains(note) { summary.notes.append(note) }
          return
        }
        // A length that a cell adds is a setting of the sweep: one folder for each.
        let length = cell.record.coordinates.first { $0.name == "length" }.map { "-\($0.text)" } ?? ""
        let path = "\(folder)/pred/\(model)\(length)/\(OutputFile.safeName(dataset)).jsonl"
        let file: LineFile
        if let known = files[path] { file = known } else { file = try LineFile(path) }
        files[path] = file
        try file.add(
          JSONValue.object([
            JSONValue.Member(key: "pred", value: .string(sample.output ?? "")),
            JSONValue.Member(key: "answers", value: .array(sample.expected.map { .string($0) })),
            JSONValue.Member(
              key: "all_classes", value: classes.map { .array($0.map { .string($0) }) } ?? .null),
            JSONValue.Member(key: "length", value: facts?["length"] ?? .null),
          ]).written(.compact))
      }
    }
    for (path, file) in files.sorted(by: { $0.key < $1.key }) {
      try file.finish()
      summary.files.append(path)
      summary.sampleCount += file.lineCount
    }
    if files.isEmpty, summary.notes.isEmpty {
      summary.notes.append("the store holds no samples of a task with this layout")
    }
    return summary
  }
}
