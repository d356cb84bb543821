import Backends
import Foundation
import JSON
import Text
import Tokenizers

/// `model --server`: what an inference server is, and what it can do.
enum ServerText {
  static let server = Option.value(
    "--server", "URL", "ask the inference server at URL, for example http://127.0.0.1:8080")
  private static let tokenizer = Option.value(
    "--tokenizer", "PATH", "the local tokenizer of the served model, to try what the server can do")
  private static let served = Option.value("--model", "ID", "the model's id, for servers with several")
  private static let key = Option.value("--key-env", "NAME", "the variable of the environment that holds the key")
  private static let kind = Option.value(
    "--kind", "KIND", choices: ServerKind.allCases.map(\.rawValue),
    "\(ServerKind.allCases.map(\.rawValue).joined(separator: ", ")) (default: found out)")
  static let options = [server, tokenizer, served, key, kind]

  static func print(_ arguments: Arguments) throws -> ExitStatus {
    guard arguments.positionals.isEmpty else { throw UsageError("--server takes no MODEL beside it") }
    let url = try arguments.required(server)
    if let problem = ServerSpecification.problem(ofURL: url) { throw UsageError("--server: expected \(problem)") }
    var specification = ServerSpecification(
      url: url, kind: try arguments.word(kind, ServerKind.self), model: arguments.text(served),
      keyVariable: arguments.text(key))
    // A person waits for it.
    (specification.timeout, specification.retries) = (120, 1)
    let local = try arguments.text(tokenizer).map { try Tokenizer.load(modelPath: $0) }
    let report = try ServerReport(
      of: specification, variables: ProcessInfo.processInfo.environment, tokenizer: local)
    Terminal.print(arguments.has(GlobalOptions.json) ? json(report).written(.pretty) : text(report))
    return .complete
  }

  private static func text(_ report: ServerReport) -> String {
    let profile = report.profile
    func count(_ number: Int?) -> String { number.map(NumberText.grouped) ?? "not said" }
    var lines = [
      "kind        \(profile.kind.rawValue)" + (profile.version.map { ", version \($0)" } ?? ""),
      "model       \(profile.model)" + (profile.parameterCount.map { ", \(NumberText.grouped($0)) parameters" } ?? ""),
      "context     \(count(profile.context)) tokens for one request; trained with \(count(profile.trainedContext))",
      "slots       \(count(profile.slots))", "images      \(profile.takesImages ? "taken" : "not taken, or not said")",
    ]
    for (name, value) in profile.facts.sorted(by: { $0.key < $1.key }) {
      lines.append(name.padding(toLength: 12, withPad: " ", startingAt: 0) + value)
    }
    guard let abilities = report.abilities else {
      return (lines + ["not tried: name the model's tokenizer with --tokenizer to find out what the server can do"])
        .joined(separator: "\n")
    }
    func answer(_ can: Bool) -> String { can ? "yes" : "no" }
    lines += [
      "tokenizer   \(abilities.hasComparedTokenizer ? "equal to the local one on fixed texts" : "not compared")",
      "prompts     \(abilities.takesTokens ? "as ids, all of them counted" : "as texts only: chat: server")",
      "perplexity  \(answer(abilities.scoresTexts))", "choices     \(answer(abilities.comparesChoices))",
    ]
    return (lines + abilities.reasons.map { "  \($0)" }).joined(separator: "\n")
  }

  private static func json(_ report: ServerReport) -> JSONValue {
    let profile = report.profile
    func integer(_ number: Int?) -> JSONValue { number.map { .integer($0) } ?? .null }
    var members: [String: JSONValue] = [
      "kind": .string(profile.kind.rawValue), "version": JSONValue(profile.version), "model": .string(profile.model),
      "context": integer(profile.context), "trained_context": integer(profile.trainedContext),
      "slots": integer(profile.slots), "parameters": integer(profile.parameterCount),
      "images": .bool(profile.takesImages), "facts": .object(profile.facts.mapValues { .string($0) }),
      "template_sha256": JSONValue(profile.templateHash),
    ]
    if let abilities = report.abilities {
      members["abilities"] = .object([
        "ids": .bool(abilities.takesTokens), "perplexity": .bool(abilities.scoresTexts),
        "choices": .bool(abilities.comparesChoices), "tokenizer_compared": .bool(abilities.hasComparedTokenizer),
        "reasons": .array(abilities.reasons.map { .string($0) }),
      ])
    }
    return .object(members)
  }
}
