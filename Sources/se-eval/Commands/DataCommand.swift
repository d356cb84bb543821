import Foundation
import Tasks
import Text

/// `data`: the benchmarks' official files: what is there, imports, verification.
enum DataCommand {
  private enum Action: String, CaseIterable {
    case list, `import`, verify
  }

  /// What it does, for a shell to complete.
  static let actions = Action.allCases.map(\.rawValue)

  private static let action = Positional(name: "list|import|verify", help: "what to do")
  private static let words = Positional(
    name: "BENCHMARK PATH",
    help: "import: a benchmark and the folders, zip archives or files that hold it; verify: benchmarks (default: all)",
    isRequired: false, repeats: true)
  private static let to = Option.value("--to", "DIR", "the data folder (default: $\(ImportedData.variable))")
  private static let acceptDifferent = Option.flag(
    "--accept-different", "import files that are not the official ones, recorded as such and named in every report")

  private static var benchmarks: [Benchmark] { Benchmark.all(of: Registry.tasks) }

  static var command: Command {
    Command(
      name: "data", summary: "List, import and verify the benchmarks' official files",
      details: [
        "benchmarks: \(benchmarks.map(\.name).joined(separator: ", "))",
        "`list` shows what is there; `import BENCHMARK PATH ...` checks the official files and writes them in one layout,"
          + "\nall or nothing; `verify` looks at every byte again. Nothing is downloaded.",
        "exit status 5 where something imported is damaged, or what was asked for is missing.",
      ] + benchmarks.map { "import \($0.name) takes \($0.takes)\n  from \($0.source)" },
      positionals: [action, words], options: [to, acceptDifferent]
    ) { arguments in
      guard let action = Action(rawValue: arguments.positionals[0]) else {
        let names = Action.allCases.map(\.rawValue)
        let hint = Suggestion.hint(for: arguments.positionals[0], among: names)
        throw UsageError("'data' does \(names.joined(separator: ", ")), not '\(arguments.positionals[0])'\(hint)")
      }
      let rest = Array(arguments.positionals.dropFirst())
      let folder = try dataFolder(arguments)
      switch action {
      case .list: return try list(folder, rest, arguments)
      case .import: return try importFiles(folder, rest, arguments)
      case .verify: return try verify(folder, rest, arguments)
      }
    }
  }

  private static func dataFolder(_ arguments: Arguments) throws(UsageError) -> DataFolder {
    if let path = arguments.text(to) { return DataFolder(path: path) }
    guard let path = ProcessInfo.processInfo.environment[ImportedData.variable], !path.isEmpty else {
      throw UsageError("where are the data? Set \(ImportedData.variable) to a folder, or name it with --to DIR")
    }
    return DataFolder(path: path)
  }

  private static func benchmark(_ name: String) throws(UsageError) -> Benchmark {
    if let benchmark = benchmarks.first(where: { $0.name == name }) { return benchmark }
    let names = benchmarks.map(\.name)
    let hint = Suggestion.hint(for: name, among: names)
    throw UsageError("there is no benchmark '\(name)', there are \(names.joined(separator: ", "))\(hint)")
  }

  // MARK: list and verify

  private static func list(_ folder: DataFolder, _ names: [String], _ arguments: Arguments) throws -> ExitStatus {
    let statuses = try named(names).map { folder.status(of: $0) }
    try show(statuses, arguments)
    return statuses.contains { $0.state == .damaged } ? .missingInput : .complete
  }

  private static func verify(_ folder: DataFolder, _ names: [String], _ arguments: Arguments) throws -> ExitStatus {
    let all = try named(names).map { folder.status(of: $0) }
    // Without names, benchmarks that were never imported are nobody's business; unless there is nothing at all.
    let statuses = names.isEmpty ? all.filter { $0.state != .missing && $0.state != .unverified } : all
    try show(statuses.isEmpty ? all : statuses, arguments)
    if statuses.isEmpty {
      Terminal.message("se-eval: nothing was imported into \(folder.path); see 'se-eval data --help'")
      return .missingInput
    }
    let isSound = statuses.allSatisfy { $0.state == .complete || $0.state == .partial }
    return isSound ? .complete : .missingInput
  }

  private static func named(_ names: [String]) throws(UsageError) -> [Benchmark] {
    if names.isEmpty { return Self.benchmarks }
    var benchmarks: [Benchmark] = []
    for name in names { benchmarks.append(try benchmark(name)) }
    return benchmarks
  }

  private static func show(_ statuses: [DataFolder.Status], _ arguments: Arguments) throws {
    if arguments.has(GlobalOptions.json) {
      try Terminal.printJSON(statuses)
      return
    }
    let header = ["benchmark", "state", "files", "rows", "damaged", "different", "not imported", "imported", "sha256"]
    let rows = statuses.map { status in
      [
        status.benchmark, status.state.rawValue, "\(status.intact)", NumberText.grouped(status.rows),
        "\(status.damaged.count)", "\(status.different.count)", "\(status.missing.count)", status.imported ?? "-",
        status.sha256.map { String($0.prefix(12)) } ?? "-",
      ]
    }
    let lines = TextTable.lines([header] + rows) { (2...6).contains($0) ? .right : .left }
    Terminal.print(lines.joined(separator: "\n"))
    for status in statuses { for line in details(status) { Terminal.print(line) } }
  }

  private static func details(_ status: DataFolder.Status) -> [String] {
    let name = status.benchmark
    var lines = status.damaged.map { "\(name): damaged: \(status.folder)/\($0)" }
    lines += status.different.prefix(4).map { "\(name): not official: \($0)" }
    if status.different.count > 4 { lines.append("\(name): not official: \(status.different.count - 4) more") }
    switch status.state {
    case .unverified:
      lines.append("\(name): \(status.folder) is there and no import made it; import it into another place with --to")
    case .damaged, .partial:
      let shown = status.missing.prefix(4).joined(separator: ", ")
      let more = status.missing.count > 4 ? " and \(status.missing.count - 4) more" : ""
      if !status.missing.isEmpty { lines.append("\(name): not imported: \(shown)\(more)") }
    case .complete, .missing: break
    }
    return lines
  }

  // MARK: import

  private static func importFiles(
    _ folder: DataFolder, _ words: [String], _ arguments: Arguments
  ) throws -> ExitStatus {
    guard let name = words.first else { throw UsageError("'data import' needs a benchmark and a path") }
    let benchmark = try benchmark(name)
    guard words.count > 1 else {
      throw UsageError("'data import \(name)' needs a path: \(benchmark.takes), from \(benchmark.source)")
    }
    let result = try DataImport(
      benchmark, into: folder, program: "se-eval \(Version.current)", acceptsDifferent: arguments.has(acceptDifferent)
    ).run(Array(words.dropFirst()))
    if arguments.has(GlobalOptions.json) {
      try Terminal.printJSON(result)
      return .complete
    }
    let counts = DataManifest.Standing.allCases.compactMap { standing -> String? in
      let count = result.files.count { $0.standing == standing }
      return count > 0 ? "\(count) \(standing.rawValue)" : nil
    }
    Terminal.print("\(name): \(result.files.count) files in \(result.folder): \(counts.joined(separator: ", "))")
    for refused in result.refused { Terminal.print("\(name): not taken: \(refused)") }
    for file in result.files where file.standing == .different {
      Terminal.print("\(name): not official: \(file.name): \(file.note ?? "")")
    }
    if let pictures = result.pictures { for line in Self.lines(pictures) { Terminal.print("\(name): \(line)") } }
    return .complete
  }

  private static func lines(_ pictures: PictureCheck) -> [String] {
    let named = "\(NumberText.grouped(pictures.named)) pictures are named"
    guard pictures.sound > 0 || !pictures.problems.isEmpty else {
      return ["\(named); none was given, so none was looked at: give their folder too, or let `plan` look at them"]
    }
    let shown = pictures.problems.prefix(5).map { "picture \($0)" }
    let more = pictures.problems.count - shown.count
    return ["\(named), \(NumberText.grouped(pictures.sound)) are there and whole"] + shown
      + (more > 0 ? ["\(NumberText.grouped(more)) more pictures are missing or damaged"] : [])
  }
}
