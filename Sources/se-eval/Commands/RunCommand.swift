import Backends
import Evaluation
import Foundation
import Positions
import Reports
import Sweeps
import Tasks
import Text

/// `run`: a sweep without a configuration file; the YAML that it stands for is printed.
enum RunCommand {
  private static let model = Option.value(
    "--model", "M", required: true, repeats: true, "a GGUF file or a Hugging Face folder; several times for several")
  private static let task = Option.value(
    "--task", "NAME", required: true, repeats: true, choices: Registry.tasks.map { $0.name },
    "a task, with settings as in passkey:trials=5,depths=3; several times for several")
  private static let lengths = Option.value("--lengths", "N,...", "the lengths of all tasks that have lengths")
  private static let method = Option.value(
    "--method", "S", repeats: true, choices: Method.names, "a method, several times for several (default plain)")
  private static let context = Option.value("--context", "L", "the pretraining window (default: the checkpoint's)")
  private static let chat = Option.value("--chat", "NAME", "a chat template: auto, llama-2, ... (default none)")
  private static let name = Option.value("--name", "NAME", "the name of store and report (default run-<model>)")
  private static let seed = Option.value("--seed", "S", "the seed of the samples (default 42)")
  private static let printOnly = Option.flag("--print", "print the YAML and run nothing")

  static let command = Command(
    name: "run", summary: "Run a sweep without a configuration file, and print the YAML that it stands for",
    details: [
      "se-eval run --model M.gguf --task passkey --lengths 1024,2048 --method plain --method self-extend:G=8,W=512",
      "The same command resumes it; save the YAML to change more.",
    ],
    options: [model, task, lengths, method, context, chat, name, seed, printOnly]
      + SweepArguments.selection + [SweepCommand.report, SweepCommand.dryRun]
  ) { arguments in
    let yaml = try yaml(arguments)
    if arguments.has(printOnly) {
      Terminal.write(yaml)
      return .complete
    }
    if !arguments.has(GlobalOptions.quiet) { Terminal.message("# this run as a configuration:\n" + yaml) }
    let configuration = try Configuration.read(
      Array(yaml.utf8), file: "the configuration of this command", taskTypes: Registry.tasks,
      environment: ProcessInfo.processInfo.environment)
    return try SweepCommand.start(configuration, arguments)
  }

  /// The configuration that the options stand for.
  static func yaml(_ arguments: Arguments) throws -> String {
    let models = arguments.texts(model)
    let stems = names(of: models)
    let ownName = arguments.text(name) ?? OutputFile.safeName("run-\(stems[0])")
    var lines = ["name: \(quoted(ownName))"]
    if let seed = try arguments.integer(seed, atLeast: 0) { lines.append("seed: \(seed)") }
    lines.append("models:")
    for (path, stem) in zip(models, stems) {
      var parts = ["name: \(quoted(stem))", "path: \(quoted(path))"]
      if let window = try arguments.integer(context, atLeast: 2) { parts.append("context: \(window)") }
      if let chat = arguments.text(chat) { parts.append("chat: \(quoted(chat))") }
      lines.append("  - {\(parts.joined(separator: ", "))}")
    }
    lines.append("methods:")
    let methods = arguments.texts(method)
    for text in methods.isEmpty ? ["plain"] : methods {
      do throws(MethodError) { _ = try MethodChoice(parsing: text) } catch {
        throw UsageError("\(method.name): \(error)")
      }
      lines.append("  - \(quoted(text))")
    }
    lines.append("tasks:")
    let lengths = try arguments.integers(lengths)
    for text in arguments.texts(task) { lines.append("  - \(try entry(text, lengths))") }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func entry(_ text: String, _ lengths: [Int]?) throws(UsageError) -> String {
    let sides = text.split(separator: ":", maxSplits: 1).map(String.init)
    let name = sides.first ?? ""
    let types = Registry.tasks
    guard let type = types.first(where: { $0.name == name }) else {
      let names = types.map { $0.name }
      throw UsageError(
        "\(task.name): there is no task '\(name)', there are \(names.joined(separator: ", "))"
          + Suggestion.hint(for: name, among: names))
    }
    let keys = type.settings.map { $0.description.key }
    var settings: [(key: String, value: String)] = []
    for part in (sides.count > 1 ? sides[1] : "").split(separator: ",") {
      let pair = part.split(separator: "=", maxSplits: 1).map(String.init)
      // Values of a list are separated by commas too: depths=0,0.5,1.
      if pair.count == 1, let last = settings.indices.last {
        settings[last].value += ", " + pair[0]
        continue
      }
      guard pair.count == 2 else { throw UsageError("\(task.name) is '\(text)', expected NAME:key=value,...") }
      settings.append((pair[0], pair[1]))
    }
    if let lengths, keys.contains("lengths"), !settings.contains(where: { $0.key == "lengths" }) {
      settings.append(("lengths", lengths.map(String.init).joined(separator: ", ")))
    }
    let written = settings.map { key, value in
      let isList = type.settings.first { $0.description.key == key }.map { Self.isList($0.description, value) } ?? false
      return "\(key): " + (isList ? "[\(value)]" : scalar(value))
    }
    return "\(name): {\(written.joined(separator: ", "))}"
  }

  private static func isList(_ setting: SettingDescription, _ value: String) -> Bool {
    switch setting.kind {
    case .integers, .numbers, .texts: true
    case .countOrNumbers: value.contains(",")
    case .integer, .number, .text, .flag, .path, .settingsFile: false
    }
  }

  /// A number or a word as it is, anything else in quotes.
  private static func scalar(_ text: String) -> String {
    Double(text) != nil || ["true", "false"].contains(text) ? text : quoted(text)
  }

  private static func quoted(_ text: String) -> String {
    let isPlain = !text.isEmpty && text.allSatisfy { $0.isLetter || $0.isNumber || "-_./".contains($0) }
    if isPlain, text.first?.isLetter == true { return text }
    return "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }

  /// A name for each model, no two alike: its file's, with its folder's before it where that says too little.
  static func names(of paths: [String]) -> [String] {
    var names: [String] = []
    for path in paths {
      let url = URL(fileURLWithPath: path)
      let own = readable(url.deletingPathExtension().lastPathComponent)
      let folder = readable(url.deletingLastPathComponent().lastPathComponent)
      var name = [own, folder, "model"].first { !$0.isEmpty } ?? "model"
      if names.contains(name), !folder.isEmpty { name = "\(folder)-\(name)" }
      let stem = name
      var number = 2
      while names.contains(name) {
        name = "\(stem)-\(number)"
        number += 1
      }
      names.append(name)
    }
    return names
  }

  /// The letters, digits and dots of a text; everything else between them is one dash.
  private static func readable(_ text: String) -> String {
    let parts = text.split { !($0.isLetter || $0.isNumber || "-_.".contains($0)) }
    return parts.joined(separator: "-").trimmingCharacters(in: CharacterSet(charactersIn: "-_."))
  }
}
