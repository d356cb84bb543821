import JSON
import Text
import Tokenizers

/// `tokenize`: token ids of a text.
enum TokenizeCommand {
  private static let model = Option.value(
    "--model", "M", required: true, "a GGUF file (a vocabulary alone will do), a folder, or a tokenizer's file")
  private static let file = Option.value("--file", "F", "the text (default: standard input)")
  private static let batch = Option.value("--batch", "F", "a JSON array of texts; prints an array of arrays of ids")
  private static let bos = Option.value("--add-bos", "WHEN", "auto (as the checkpoint says), always or never")
  private static let asText = Option.flag("--specials-as-text", "spell special tokens out instead of recognising them")

  static let command = Command(
    name: "tokenize", summary: "Print the token ids of a text",
    options: [model, file, batch, bos, asText]
  ) { arguments in
    let policy = try arguments.word(bos, BOSPolicy.self) ?? .auto
    let parsesSpecial = !arguments.has(asText)
    if arguments.has(batch), arguments.has(file) { throw UsageError("--batch and --file exclude each other") }
    let tokenizer = try Tokenizer.load(modelPath: arguments.required(model))
    if let path = arguments.text(batch) {
      let texts = try Files.json(path, expected: "a JSON array of strings", \.texts)
      try Terminal.printJSON(texts.map { tokenizer.encode($0, bos: policy, parseSpecial: parsesSpecial) })
      return .complete
    }
    let text = try arguments.text(file).map { try Files.readText($0) } ?? Files.readStandardInput()
    let ids = tokenizer.encode(text, bos: policy, parseSpecial: parsesSpecial)
    if arguments.has(GlobalOptions.json) {
      try Terminal.printJSON(ids)
    } else {
      for id in ids { Terminal.print("\(id)\t\(tokenizer.token(id) ?? "")") }
    }
    return .complete
  }
}
