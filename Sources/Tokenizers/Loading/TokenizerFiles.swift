import Checkpoints
import Foundation
import JSON

/// Finds the files of a tokenizer and reads them into the common form.
enum TokenizerFiles {
  /// The tokenizer files of a model directory, the preferred one first.
  static let names = ["tokenizer.json", "tokenizer.model"]

  static func source(_ path: String) throws(TokenizerError) -> VocabularySource {
    guard FileManager.default.fileExists(atPath: path) else { throw .notFound(path: path, lookedFor: [path]) }
    if let model = try? ModelLocation.resolve(path), model.format == .gguf {
      return try GGUFVocabulary.source(model.path)
    }
    // Only a directory has an entry ".".
    guard FileManager.default.fileExists(atPath: "\(path)/.") else { return try sourceOfFile(path) }
    for name in names {
      let file = "\(path)/\(name)"
      if FileManager.default.fileExists(atPath: file) { return try sourceOfFile(file) }
    }
    throw .notFound(path: path, lookedFor: names)
  }

  private static func sourceOfFile(_ path: String) throws(TokenizerError) -> VocabularySource {
    if ModelLocation.isGGUF(path) { return try GGUFVocabulary.source(path) }
    let directory = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    let config = try TokenizerConfig(directory: directory)
    let isJSON = path.hasSuffix(".json")
    var source = try read(path) { (bytes) throws(TokenizerError) in
      isJSON
        ? try TokenizerJSON.source(bytes, file: path)
        : try SentencePieceModel.source(bytes, file: path)
    }
    try config.apply(to: &source, isSentencePieceModel: !isJSON)
    return source
  }

  /// Lends the bytes of a file.
  static func read<R>(
    _ path: String, _ body: (Span<UInt8>) throws(TokenizerError) -> R
  ) throws(TokenizerError) -> R {
    let file: MappedFile
    do { file = try MappedFile(path: path) } catch { throw .unreadable(file: path, reason: error.description) }
    return try file.withBytes(0..<file.byteCount, body)
  }

  /// The object that a JSON file holds; nil when the file is absent.
  static func object(_ path: String) throws(TokenizerError) -> JSONObject? {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    return try read(path) { (bytes) throws(TokenizerError) in
      try JSONObject(file: path, path: "", JSONValue.parse(bytes, file: path))
    }
  }
}

extension Tokenizer {
  /// Loads the tokenizer of a model.
  ///
  /// - Parameter modelPath: a .gguf file, a directory with tokenizer.json or tokenizer.model, or such a file itself.
  ///   Beside them tokenizer_config.json, special_tokens_map.json, generation_config.json, config.json,
  ///   added_tokens.json and chat_template.jinja are read where they exist.
  /// - Returns: the tokenizer.
  /// - Throws: `TokenizerError`, with the file, the field and what was expected of it.
  public static func load(modelPath: String) throws(TokenizerError) -> Tokenizer {
    Tokenizer(core: try TokenizerCore(TokenizerFiles.source(modelPath)))
  }
}
