import Backends
import Checkpoints
import Evaluation
import Foundation
import Text
import Tokenizers
import Transformer

/// `generate`: greedy continuation of a prompt.
enum GenerateCommand {
  private static let file = Option.value("--prompt-file", "F", "the prompt's text")
  private static let prompt = Option.value("--prompt", "TEXT", "the prompt itself")
  private static let tokens = Option.value("--tokens", "IDS.json", "the prompt as a JSON array of token ids")
  private static let count = Option.value("--max-new-tokens", "N", "the most new tokens (default 128)")
  private static let ignoreEnd = Option.flag("--ignore-eos", "go on after the end of the text")
  private static let chat = Option.value("--chat", "NAME", "wrap the prompt in a chat template: auto, none or a name")

  private struct Output: Encodable {
    let tokens: [Int]
    /// Null where the checkpoint has no tokenizer.
    let text: String?
    let finish_reason: String

    enum CodingKeys: CodingKey { case tokens, text, finish_reason }

    func encode(to encoder: any Encoder) throws {
      var object = encoder.container(keyedBy: CodingKeys.self)
      try object.encode(tokens, forKey: .tokens)
      try object.encode(text, forKey: .text)
      try object.encode(finish_reason, forKey: .finish_reason)
    }
  }

  static let command = Command(
    name: "generate", summary: "Continue a prompt, greedily",
    details: ["One of --prompt-file, --prompt and --tokens is needed; --tokens works without tokenizer files."],
    options: [EngineOptions.model, file, prompt, tokens, count, ignoreEnd, chat] + EngineOptions.all
  ) { arguments in
    guard [file, prompt, tokens].filter({ arguments.has($0) }).count == 1 else {
      throw UsageError("'generate' needs exactly one of --prompt-file, --prompt and --tokens")
    }
    let limit = try arguments.integer(count, atLeast: 0) ?? 128
    guard limit <= EngineOptions.mostTokens else {
      throw UsageError("'generate' makes at most \(EngineOptions.mostTokens) tokens, \(limit) are asked for")
    }
    let modelPath = try arguments.required(EngineOptions.model)
    let ids: [Int]
    let tokenizer: Tokenizer?
    if let path = arguments.text(tokens) {
      ids = try EngineOptions.tokens(path)
      tokenizer = try? Tokenizer.load(modelPath: modelPath)
    } else {
      let loaded = try Tokenizer.load(modelPath: modelPath)
      let text = try arguments.text(prompt) ?? Files.readText(arguments.required(file))
      ids = try encoded(text, arguments, loaded)
      tokenizer = loaded
    }
    let session = try EngineOptions.makeSession(arguments, length: ids.count + limit)
    let ends = session.model.endTokens(with: tokenizer)
    let continuation = try session.generate(
      ids, GenerationOptions(maxNewTokens: limit, stopTokens: arguments.has(ignoreEnd) ? [] : ends))
    let text = tokenizer?.decode(continuation.tokens)
    if arguments.has(GlobalOptions.json) {
      let reason: FinishReason = continuation.ending == .length ? .length : .endOfText
      try Terminal.printJSON(Output(tokens: continuation.tokens, text: text, finish_reason: reason.rawValue))
    } else {
      Terminal.print(text ?? continuation.tokens.map(String.init).joined(separator: " "))
    }
    return .complete
  }

  private static func encoded(_ text: String, _ arguments: Arguments, _ tokenizer: Tokenizer) throws -> [Int] {
    guard let name = arguments.text(chat), name != "none" else { return tokenizer.encode(text) }
    let template: ChatTemplate
    if name == "auto" {
      guard let own = try tokenizer.ownChatTemplate() else {
        throw UsageError("--chat auto: the checkpoint has no chat template of its own; name one")
      }
      template = own
    } else {
      guard let known = ChatTemplate.named(name) else {
        let names = ChatTemplate.names.joined(separator: ", ")
        throw UsageError("--chat: there is no chat template '\(name)'; there are \(names)")
      }
      template = known
    }
    return tokenizer.encode(
      try template.render(ChatMessages([("user", text)]), ChatTemplate.Variables(tokenizer)))
  }
}
