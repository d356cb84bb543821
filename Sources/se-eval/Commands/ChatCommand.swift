import Text
import Tokenizers

/// `chat`: what a chat template makes of messages.
enum ChatCommand {
  private static let model = Option.value("--model", "M", "a GGUF file or a folder, whose own template is rendered")
  private static let template = Option.value("--template", "F", "a file with a template in Jinja, or a family's name")
  private static let messages = Option.value(
    "--messages", "F.json", "a JSON array of {\"role\": ..., \"content\": ...} (default: standard input)")
  private static let bos = Option.value("--bos", "TEXT", "what bos_token is (default: the model's)")
  private static let eos = Option.value("--eos", "TEXT", "what eos_token is (default: the model's)")
  private static let date = Option.value(
    "--date", "YYYY-MM-DD", "the day that the template is told (default \(ChatDate.standard.spelling))")

  private struct Output: Encodable {
    let text: String
    /// Absent without a model.
    let tokens: [Int]?
  }

  static let command = Command(
    name: "chat", summary: "Render messages by a chat template",
    details: [
      "--model renders the checkpoint's own template and gives the ids that a sweep would give the model; --template "
        + "renders a file (or a family by name) instead. One of the two is needed."
    ],
    options: [model, template, messages, bos, eos, date]
  ) { arguments in
    guard arguments.has(model) || arguments.has(template) else {
      throw UsageError("'chat' needs --model or --template")
    }
    let tokenizer = try arguments.text(model).map { try Tokenizer.load(modelPath: $0) }
    let day = try arguments.text(date).map { try ChatDate($0) } ?? .standard
    var variables = tokenizer.map { ChatTemplate.Variables($0, date: day) } ?? ChatTemplate.Variables(date: day)
    if let text = arguments.text(bos) { variables.bos = text }
    if let text = arguments.text(eos) { variables.eos = text }
    let json = try arguments.text(messages).map { try Files.readText($0) } ?? Files.readStandardInput()
    let chat = try chosen(arguments, tokenizer).render(ChatMessages(json: Array(json.utf8)), variables)
    if arguments.has(GlobalOptions.json) {
      try Terminal.printJSON(Output(text: chat.text, tokens: tokenizer?.encode(chat)))
    } else {
      Terminal.print(chat.text)
    }
    return .complete
  }

  private static func chosen(_ arguments: Arguments, _ tokenizer: Tokenizer?) throws -> ChatTemplate {
    if let name = arguments.text(template) {
      if let named = ChatTemplate.named(name) { return named }
      return try ChatTemplate(source: Files.readText(name))
    }
    guard let own = try tokenizer?.ownChatTemplate() else {
      throw UsageError("--model: the checkpoint has no chat template of its own; name one with --template")
    }
    return own
  }
}
