import Foundation
import Positions
import Tasks
import Text

/// `init`: a commented configuration to begin with.
enum InitCommand {
  private static let model = Option.value("--model", "M", "the model's path (default: a place to fill in)")
  private static let out = Positional(
    name: "FILE",
    help: "the file to write (default se-eval.yaml; - is standard output); one that exists is not touched",
    isRequired: false)

  static let command = Command(
    name: "init", summary: "Write a commented configuration to begin with", positionals: [out], options: [model]
  ) { arguments in
    let path = arguments.positionals.first ?? "se-eval.yaml"
    if path == Files.standardOutput {
      Terminal.write(text(name: "sweep", model: arguments.text(model)))
      return .complete
    }
    guard !FileManager.default.fileExists(atPath: path) else {
      throw FileError(path: path, problem: "it exists; name another file", isInput: false)
    }
    let name = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
    try Files.write(Data(text(name: name, model: arguments.text(model)).utf8), to: path)
    Terminal.message("\(path) is written; look at its plan with: se-eval plan \(path)")
    return .complete
  }

  /// The file's text; every task that there is stands in it, one that needs no data switched on.
  static func text(name: String, model: String?) -> String {
    var lines = [
      "# A sweep of se-eval. `se-eval plan FILE` says what it costs, `se-eval sweep FILE` runs it, and resumes it.",
      "name: \(safe(name))", "seed: 42", "",
      "# Models: a GGUF file or a Hugging Face folder. `context` is the pretraining window L, by default the checkpoint's;",
      "# `chat: auto` renders prompts with the checkpoint's own template.", "models:",
      "  - {name: model, path: \"\(model ?? "PATH/TO/MODEL.gguf")\"}", "",
      "# Methods: how positions are treated. Lists make a grid. `se-eval methods` lists them all.", "methods:",
      "  - plain",
      "  - self-extend: {group: [4, 8], window: [512, 1024]}",
    ]
    for method in Method.names where method != "plain" && method != "self-extend" {
      let parameters = Method.parameters(of: method).filter(\.isRequired).map { "\($0.longName): ..." }
      let entry = parameters.isEmpty ? method : "\(method): {\(parameters.joined(separator: ", "))}"
      lines.append("  # - \(entry)  # \(Method.summary(of: method) ?? "")")
    }
    lines += [
      "",
      "# Tasks: what is measured. `se-eval task NAME` prints the settings of one. `name:` gives an entry a name of its own.",
      "tasks:", "  - passkey: {lengths: [2048, 4096, 8192], depths: 5, trials: 5}",
    ]
    for type in Registry.tasks where !lines.contains(where: { $0.hasPrefix("  - \(type.name):") }) {
      lines.append("  # - \(type.name): \(type.about.example)  # \(type.about.summary)")
    }
    lines += [
      "",
      "# Gates: what must hold at the end; a sweep that misses one ends with status 3. `over: length` pools all depths.",
      "# gates:", "#   - {metric: accuracy, task: passkey, over: length, min: 0.9, method: self-extend}",
    ]
    return lines.joined(separator: "\n") + "\n"
  }

  private static func safe(_ text: String) -> String {
    String(text.map { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) ? $0 : "-" })
  }
}
