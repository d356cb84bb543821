import Foundation
import JSON

/// The files beside a Hugging Face tokenizer: which tokens play which part, and the chat template.
struct TokenizerConfig {
  private let tokenizer: JSONObject?
  private let specialTokens: JSONObject?
  private let addedTokens: JSONObject?
  private let model: JSONObject?
  private let generation: JSONObject?
  private let template: String?

  /// Reads those of the files that are there.
  init(directory: String) throws(TokenizerError) {
    tokenizer = try TokenizerFiles.object("\(directory)/tokenizer_config.json")
    specialTokens = try TokenizerFiles.object("\(directory)/special_tokens_map.json")
    addedTokens = try TokenizerFiles.object("\(directory)/added_tokens.json")
    model = try TokenizerFiles.object("\(directory)/config.json")
    generation = try TokenizerFiles.object("\(directory)/generation_config.json")
    let jinja = "\(directory)/chat_template.jinja"
    template =
      FileManager.default.fileExists(atPath: jinja)
      ? try TokenizerFiles.read(jinja) { (bytes) throws(TokenizerError) in
        String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self)
      } : nil
  }

  /// Completes what a tokenizer file says.
  ///
  /// - Parameters:
  ///   - source: the tokenizer.
  ///   - isSentencePieceModel: whether it comes from a tokenizer.model, which knows neither tokens added later nor
  ///     whether BOS is wanted.
  /// - Throws: `TokenizerError`, where the files contradict each other.
  func apply(to source: inout VocabularySource, isSentencePieceModel: Bool) throws(TokenizerError) {
    if isSentencePieceModel { try addTokens(to: &source) }
    source.roles.bos = try token("bos_token", source, otherwise: source.roles.bos)
    source.roles.eos = try token("eos_token", source, otherwise: source.roles.eos)
    if source.roles.unknown == nil { source.roles.unknown = try token("unk_token", source, otherwise: nil) }
    // A template that begins with one special token and nothing else naming it: that token is BOS.
    if source.roles.bos == nil, tokenizer?.has("bos_token") != true { source.roles.bos = source.roles.prefix.first }
    try applyPolicy(to: &source, isSentencePieceModel: isSentencePieceModel)
    for file in [generation, model] {
      for id in try ids("eos_token_id", file, source) { source.roles.otherEnds.insert(id) }
    }
    source.roles.chatTemplate = try chatTemplate()
  }

  // MARK: Roles

  /// The token of a role: by name in the tokenizer's files (null means none), else by id in the model's.
  private func token(
    _ name: String, _ source: VocabularySource, otherwise: Int?
  ) throws(TokenizerError) -> Int? {
    for file in [tokenizer, specialTokens] {
      guard let file, let value = file[name] else { continue }
      let text: String
      switch value {
      case .string(let string): text = string
      case .object:
        guard let content = try file.object(name)?.string("content") else {
          throw file.missing("\(name).content", "a text")
        }
        text = content
      default: throw file.mismatch(name, "a text or an object", value)
      }
      guard let id = source.id(of: text) else {
        throw .invalid(
          file: file.file, field: name, expected: "a token of \(source.file)", found: "'\(text)'")
      }
      return id
    }
    if tokenizer?.has(name) == true { return nil }
    return try ids("\(name)_id", model, source).first ?? otherwise
  }

  /// One id or several, or none.
  private func ids(
    _ name: String, _ file: JSONObject?, _ source: VocabularySource
  ) throws(TokenizerError) -> [Int] {
    guard let file, let value = file[name] else { return [] }
    let elements: [JSONValue] = if case .array(let array) = value { array } else { [value] }
    var ids: [Int] = []
    for element in elements {
      guard case .integer(let id) = element else { throw file.mismatch(name, "token ids", element) }
      if id == -1 { continue }
      guard 0..<source.vocabularySize ~= id else {
        throw .invalid(
          file: file.file, field: name, expected: "an id below \(source.vocabularySize), the size of the vocabulary",
          found: "\(id)")
      }
      ids.append(id)
    }
    return ids
  }

  /// Classes that make BOS and EOS out of `add_bos_token` and `add_eos_token`, whatever tokenizer.json says.
  private static let classesWithFlags: Set<String> = [
    "LlamaTokenizer", "LlamaTokenizerFast", "CodeLlamaTokenizer", "CodeLlamaTokenizerFast", "GemmaTokenizer",
    "GemmaTokenizerFast", "CohereTokenizerFast",
  ]

  private func applyPolicy(to source: inout VocabularySource, isSentencePieceModel: Bool) throws(TokenizerError) {
    let name = try tokenizer?.string("tokenizer_class") ?? ""
    let flagsWin = isSentencePieceModel || Self.classesWithFlags.contains(name)
    let hasTemplate = !source.roles.prefix.isEmpty || !source.roles.suffix.isEmpty
    if isSentencePieceModel { source.roles.prefix = source.roles.bos.map { [$0] } ?? [] }
    guard flagsWin || !hasTemplate else { return }
    if let adds = try tokenizer?.bool("add_bos_token") {
      source.roles.prefix = adds ? source.roles.bos.map { [$0] } ?? [] : []
    }
    if let adds = try tokenizer?.bool("add_eos_token") {
      source.roles.suffix = adds ? source.roles.eos.map { [$0] } ?? [] : []
    }
  }

  private func chatTemplate() throws(TokenizerError) -> String? {
    if let template { return template }
    guard let tokenizer, let value = tokenizer["chat_template"] else { return nil }
    guard case .array = value else { return try tokenizer.string("chat_template") }
    let templates = try tokenizer.objects("chat_template")
    for template in templates where try template.string("name") == "default" {
      return try template.string("template")
    }
    return try templates.first?.string("template")
  }

  // MARK: Tokens that were added to a SentencePiece model

  private func addTokens(to source: inout VocabularySource) throws(TokenizerError) {
    var tokens: [Int: (token: AddedToken, file: String)] = [:]
    for member in addedTokens?.members ?? [] {
      guard let addedTokens, case .integer(let id) = member.value else { continue }
      tokens[id] = (AddedToken(id: id, text: member.key, isSpecial: false, isNormalized: false), addedTokens.file)
    }
    if let tokenizer, let decoder = try tokenizer.object("added_tokens_decoder") {
      for member in decoder.members {
        guard let id = Int(member.key), let object = try decoder.object(member.key) else {
          throw decoder.mismatch(member.key, "an id and its token", member.value)
        }
        tokens[id] = (try TokenizerJSON.addedToken(object, id: id), tokenizer.file)
      }
    }
    for (id, entry) in tokens.sorted(by: { $0.key < $1.key }) { try add(entry.token, id, entry.file, to: &source) }
  }

  private func add(
    _ token: AddedToken, _ id: Int, _ file: String, to source: inout VocabularySource
  ) throws(TokenizerError) {
    guard id >= 0 else {
      throw .invalid(file: file, field: "id of '\(token.text)'", expected: "an id from 0", found: "\(id)")
    }
    var token = token
    // The slow tokenizer looks for added tokens in the text as it came.
    token.isNormalized = false
    if id < source.vocabularySize {
      let stored = String(decoding: source.texts[id], as: UTF8.self)
      guard stored == token.text else {
        throw .duplicate(file: file, field: "added tokens", value: "id \(id) ('\(stored)' and '\(token.text)')")
      }
      source.kinds[id] = source.kinds[id] == .unknown ? .unknown : token.isSpecial ? .control : .userDefined
      source.added.removeAll { $0.id == id }
    } else {
      try source.append(token.text, id: id, kind: token.isSpecial ? .control : .userDefined)
      if case .scored(var scores) = source.merges {
        while scores.count < source.vocabularySize { scores.append(0) }
        source.merges = .scored(scores)
      }
    }
    source.added.append(token)
  }
}
