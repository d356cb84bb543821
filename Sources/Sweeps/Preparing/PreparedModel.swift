public import Backends
import Evaluation
import Positions
import Tasks
public import Tokenizers

/// A model of a configuration whose tokenizer and facts are there; it holds no weights.
public final class PreparedModel {
  /// The configuration's entry.
  public let entry: Configuration.ModelEntry
  /// What its backend knows it by.
  public let specification: ModelSpecification
  /// What runs it.
  public let backend: any Backend
  /// What is known of it without its weights.
  public let facts: ModelFacts
  /// Its files.
  public let inventory: ModelInventory
  /// What it can be asked for.
  public let capabilities: Capabilities
  /// What every table says of its results.
  let notes: [String]
  /// Its tokenizer.
  public let tokenizer: Tokenizer
  /// The pretraining window L: the configuration's, else the checkpoint's.
  public let contextWindow: Int
  /// The version of the arithmetic that its results are of.
  let numerics: String

  /// The name in tables.
  public var name: String { entry.name }

  /// Reads what is known of a model.
  ///
  /// - Throws: `SweepError`.
  init(_ entry: Configuration.ModelEntry, path: String, _ backend: any Backend) throws(SweepError) {
    let specification = entry.specification(path: path)
    self.entry = entry
    self.specification = specification
    self.backend = backend
    facts = try Self.ask { () throws(BackendError) in try backend.facts(of: specification) }
    tokenizer = try Self.ask { () throws(BackendError) in try backend.tokenizer(of: specification) }
    capabilities = try Self.ask { () throws(BackendError) in try backend.capabilities(of: specification) }
    notes = try Self.ask { () throws(BackendError) in try backend.notes(on: specification) }
    inventory = backend.inventory(of: specification)
    contextWindow = entry.contextWindow ?? facts.contextWindow
    numerics = backend.numericsVersion
    try checkTemplate()
  }

  private static func ask<Result>(_ body: () throws(BackendError) -> Result) throws(SweepError) -> Result {
    do { return try body() } catch { throw .backend(error) }
  }

  /// `chat: auto` needs a template of the checkpoint's own that can be rendered.
  private func checkTemplate() throws(SweepError) {
    guard entry.chat == "auto" else { return }
    let names = ChatTemplate.names.joined(separator: ", ")
    func problem(_ reason: String) -> SweepError {
      .configuration(
        entry.path.location,
        .impossible(key: "chat", found: "auto", expected: "a name, because \(reason): \(names)"))
    }
    if tokenizer.chatTemplate == nil { throw problem("the checkpoint has no chat template of its own") }
    do throws(ChatTemplateError) {
      let variables = ChatTemplate.Variables(tokenizer, date: entry.date)
      _ = try tokenizer.ownChatTemplate()?.render(ChatMessages([("user", "What now?")]), variables)
    } catch {
      throw problem("the checkpoint's own cannot be rendered (\(error))")
    }
  }

  /// What a task may know of the model.
  func context(seed: UInt64, judge: Judge? = nil) -> SampleContext {
    SampleContext(
      tokenizer: tokenizer, contextWindow: contextWindow,
      chat: entry.server?.usesServerTemplate == true ? SampleContext.serverChat : entry.chat, seed: seed,
      system: entry.system, chatDate: entry.date, judge: judge)
  }

  /// What should be known before a run.
  var warnings: [String] {
    var warnings: [String] = []
    if contextWindow != facts.contextWindow, !facts.isRemote {
      warnings.append(
        "\(name): the configuration says a context window of \(contextWindow) tokens, the checkpoint "
          + "\(facts.contextWindow); capacity is judged by the configuration, the engine follows the checkpoint")
    }
    let variables = ChatTemplate.Variables(tokenizer, date: entry.date)
    if entry.chat == "auto", let template = try? tokenizer.ownChatTemplate(), !template.takesSystemMessage(variables) {
      warnings.append("\(name): its chat template takes no system message; one goes in front of the user's message")
    }
    if facts.vocabularySize > 0, tokenizer.vocabularySize > facts.vocabularySize {
      warnings.append(
        "\(name): its tokenizer has \(tokenizer.vocabularySize) ids and the model \(facts.vocabularySize); a sample in "
          + "which one of the others stands will fail")
    }
    return warnings + tokenizer.notes.map { "\(name): \($0)" }
  }

  /// What tables call a method: of a server, what its label says of how it was launched.
  func shownMethod(_ method: Method) -> String { entry.server?.label ?? method.description }

  /// Whether a prompt has two BOS tokens in front, which no task means.
  static func beginsTwice(_ tokens: [Int], _ bos: Int?) -> Bool {
    tokens.count > 1 && tokens[0] == bos && tokens[1] == tokens[0]
  }

  /// What identifies the evaluations of the model with some weights.
  func identity(modelHash: String) -> EvaluationIdentity {
    EvaluationIdentity(
      modelHash: modelHash, tokenizer: tokenizer.identity, cache: entry.cache, numerics: numerics,
      slidingWindow: facts.slidingWindow)
  }
}
