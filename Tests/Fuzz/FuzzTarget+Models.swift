import Foundation
import Kernels
import Positions
import Transformer

@testable import Checkpoints
@testable import Tokenizers

/// Weights and hyperparameters.
extension FuzzTarget {
  /// A GGUF file: header, hyperparameters, tensors of every type, one pass over three tokens, the vocabulary.
  static func gguf(_ bytes: [UInt8]) {
    let path = write(bytes, "model.gguf")
    if let tokenizer = try? Tokenizer.load(modelPath: path) { use(tokenizer) }
    guard let checkpoint = try? Checkpoint.open(path) else { return }
    _ = try? checkpoint.contentHash()
    pass(path, checkpoint.hyperparameters)
  }

  /// A safetensors file: its table, and each tensor that it can give.
  static func safetensors(_ bytes: [UInt8]) {
    guard let file = try? SafetensorsFile(path: write(bytes, "model.safetensors")) else { return }
    for entry in file.entries {
      guard let tensor = try? file.tensor(entry.name) else { continue }
      precondition(tensor.byteRange.upperBound <= bytes.count, "a tensor beyond its file")
    }
  }

  /// config.json of a folder.
  static func config(_ bytes: [UInt8]) {
    _ = write(bytes, "config.json")
    _ = try? Checkpoint.openHyperparameters(folder)
  }

  /// The numbers of a pass over three tokens under two methods; what is not finite is an error, and none of ours.
  private static func pass(_ path: String, _ hyperparameters: Hyperparameters) {
    guard let model = try? Model.load(path: path, device: device) else { return }
    let tokens = [0, 1, 2].map { min($0, hyperparameters.vocabularySize - 1) }
    for method in methods {
      let session = Session(model: model, method: method, options: SessionOptions(chunkSize: 4))
      _ = try? session.logits(tokens)
    }
  }

  private static let device = CPUDevice(Workers(threads: 1))
  private static let methods = ["plain", "self-extend:G=2,W=2"].compactMap { try? Method(parsing: $0) }
}

/// Tokenizers and chat templates.
extension FuzzTarget {
  /// Encodes and decodes: ids must be the vocabulary's.
  static func use(_ tokenizer: Tokenizer) {
    let ids = tokenizer.encode(text)
    precondition(ids.allSatisfy { 0..<tokenizer.vocabularySize ~= $0 }, "an id outside the vocabulary")
    _ = tokenizer.decode(ids)
    _ = tokenizer.encode(text, bos: .always, parseSpecial: false)
  }

  private static let text =
    "The gate, it's 2 o'clock: <s>[INST] \u{7}雪\u{301} naïve\r\n\n   aaaaaaaaaaaaaaaa 1234567 </s>\t"

  /// A tokenizer.json: read, then used.
  static func tokenizerJSON(_ bytes: [UInt8]) {
    guard let source = try? TokenizerJSON.source(bytes.span, file: "tokenizer.json"),
      let core = try? TokenizerCore(source)
    else { return }
    use(Tokenizer(core: core))
  }

  /// A SentencePiece model: read, then used.
  static func tokenizerModel(_ bytes: [UInt8]) {
    guard let source = try? SentencePieceModel.source(bytes.span, file: "tokenizer.model"),
      let core = try? TokenizerCore(source)
    else { return }
    use(Tokenizer(core: core))
  }

  /// A pattern on a text that patterns like to be slow on.
  static func pattern(_ bytes: [UInt8]) {
    guard let pattern = try? Pattern(String(decoding: bytes, as: UTF8.self)) else { return }
    _ = WordSplitter(patternText, [.pattern(pattern, .isolated, isInverted: false)]).words
    _ = WordSplitter.pieces(of: patternText, by: pattern)
  }

  private static let patternText = Array(
    (text + String(repeating: "ab", count: 24) + String(repeating: " ", count: 24)).utf8)

  /// A chat template over one conversation, with bounds small enough for many inputs in a second.
  static func jinja(_ bytes: [UInt8]) {
    var limits = ChatTemplateLimits()
    limits.steps = 100_000
    limits.characters = 1 << 18
    guard let template = try? ChatTemplate(source: String(decoding: bytes, as: UTF8.self), limits: limits) else {
      return
    }
    _ = try? template.render(conversation, ChatTemplate.Variables(bos: "<s>", eos: "</s>"))
  }

  private static let conversation = ChatMessages([
    ("system", "Be brief."), ("user", "What time is it? "), ("assistant", "\n2 o'clock"), ("user", "<b>雪</b> {{ x }}"),
  ])
}
