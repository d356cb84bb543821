import Foundation
import JSON

/// The files beside a Hugging Face tokenizer: which tokens play which part, and the chat template.
struct TokenizerConfig {
  let tokenizer: JSONObject?
  let specialTokens: JSONObject?
  let addedTokens: JSONObject?
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
        if let invalid = UTF8Text.firstInvalid(bytes) {
          throw .malformed(file: jinja, offset: invalid, expected: "UTF-8")
        }
        return String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self)
      } : nil
  }

  /// Completes what a tokenizer file says.
  ///
  /// - Parameters:
  ///   - source: the tokenizer.
  ///   - isSentencePieceModel: whether it comes from a tokenizer.model, which knows neither tokens added later nor
  ///     whether BOS is wanted.
  /// - Throws: `TokenizerError`, where the files contradict each other or ask for what is not done here.
  func apply(to source: inout VocabularySource, isSentencePieceModel: Bool) throws(TokenizerError) {
    source.notes += try checkKeys()
    try addTokens(to: &source, isSentencePieceModel: isSentencePieceModel)
    try applySpaces(to: &source, isSentencePieceModel: isSentencePieceModel)
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
    for name in ["unk_token", "pad_token", "sep_token", "cls_token", "mask_token"] {
      source.roles.otherTexts[name] = text(of: name)
    }
  }

  // MARK: Roles

  /// The token of a role: by name in the tokenizer's files (null means none), else by id in the model's.
  private func token(
    _ name: String, _ source: VocabularySource, otherwise: Int?
  ) throws(TokenizerError) -> Int? {
    for file in roleFiles {
      guard let value = file[name], let text = try specialToken(file, name, value)?.text else { continue }
      // Every token with a role was added where the vocabulary has none of its text.
      return source.id(of: text)
    }
    if tokenizer?.has(name) == true { return nil }
    return try ids("\(name)_id", model, source).first ?? otherwise
  }

  /// What a template is told of a role that nothing else asks for.
  private func text(of name: String) -> String? {
    for file in [tokenizer, specialTokens] {
      if let value = file?[name], let text = value.text ?? value["content"]?.text { return text }
    }
    return nil
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

  /// The files that give tokens their parts, the one that counts first: where tokenizer_config.json lists its added
  /// tokens, transformers does not read the older special_tokens_map.json, and otherwise that one wins.
  var roleFiles: [JSONObject] {
    let files = tokenizer?["added_tokens_decoder"] == nil ? [specialTokens, tokenizer] : [tokenizer]
    return files.compactMap { $0 }
  }

  /// Classes that make BOS and EOS out of `add_bos_token` and `add_eos_token`, whatever tokenizer.json says.
  private static let classesWithFlags: Set<String> = [
    "LlamaTokenizer", "LlamaTokenizerFast", "CodeLlamaTokenizer", "CodeLlamaTokenizerFast", "GemmaTokenizer",
    "GemmaTokenizerFast", "CohereTokenizerFast",
  ]

  /// Model types whose class is one of these where tokenizer_config.json names none.
  private static let typesWithFlags: Set<String> = [
    "llama", "code_llama", "mistral", "mixtral", "gemma", "gemma2", "gemma3", "gemma3_text", "cohere", "phi3",
  ]

  /// BOS and EOS by the flags, for the classes that obey them; the others go by tokenizer.json alone.
  private func applyPolicy(to source: inout VocabularySource, isSentencePieceModel: Bool) throws(TokenizerError) {
    let name = try tokenizer?.text("tokenizer_class") ?? ""
    let hasTemplate = !source.roles.prefix.isEmpty || !source.roles.suffix.isEmpty
    let type = try name.isEmpty ? model?.text("model_type") : nil
    let isClassUnknown = name.isEmpty && !hasTemplate && (type.map { Self.typesWithFlags.contains($0) } ?? true)
    if isSentencePieceModel { source.roles.prefix = source.roles.bos.map { [$0] } ?? [] }
    let (addsBOS, addsEOS) = (try tokenizer?.bool("add_bos_token"), try tokenizer?.bool("add_eos_token"))
    guard isSentencePieceModel || Self.classesWithFlags.contains(name) || isClassUnknown else { return }
    if let addsBOS { source.roles.prefix = addsBOS ? source.roles.bos.map { [$0] } ?? [] : [] }
    if let addsEOS { source.roles.suffix = addsEOS ? source.roles.eos.map { [$0] } ?? [] : [] }
  }

  /// Classes that set ByteLevel's `add_prefix_space` by their own setting, which is false by default.
  private static let classesWithPrefixSpace: Set<String> = [
    "GPT2Tokenizer", "GPT2TokenizerFast", "GPTNeoXTokenizer", "GPTNeoXTokenizerFast", "CodeGenTokenizer",
    "CodeGenTokenizerFast",
  ]

  /// The space before a text, where a class decides about it and not the tokenizer's own file.
  private func applySpaces(to source: inout VocabularySource, isSentencePieceModel: Bool) throws(TokenizerError) {
    let name = try tokenizer?.text("tokenizer_class") ?? ""
    if isSentencePieceModel {
      // Without `legacy` only the text as a whole is given a space, and not what follows an added token.
      guard try tokenizer?.bool("legacy") == false, let index = source.normalizer.firstIndex(where: \.isPrepending)
      else { return }
      source.normalizer.remove(at: index)
      source.normalizer.append(.prependUnlessPresent(SentencePieceRules.space, onlyFirst: true))
      source.rules.append("legacy false")
    } else if source.isPlainByteLevel, Self.classesWithPrefixSpace.contains(name) {
      let adds = try tokenizer?.bool("add_prefix_space") ?? false
      let has = if case .prefixSpace? = source.splits.first { true } else { false }
      guard adds != has else { return }
      if has { source.splits.removeFirst() } else { source.splits.insert(.prefixSpace, at: 0) }
      source.rules.append("add_prefix_space \(adds)")
    }
  }

  // MARK: Keys

  /// Refuses keys that nothing here obeys.
  ///
  /// - Returns: sentences for people about rules that are left out.
  private func checkKeys() throws(TokenizerError) -> [String] {
    if let tokenizer {
      try KnownKeys.check(tokenizer, KnownKeys.withTokens(KnownKeys.config, of: tokenizer))
      if try tokenizer.bool("split_special_tokens") == true {
        throw .unsupported(
          file: tokenizer.file, field: "split_special_tokens", found: "true", supported: "special tokens as one")
      }
    }
    if let specialTokens, roleFiles.contains(where: { $0.file == specialTokens.file }) {
      try KnownKeys.check(specialTokens, KnownKeys.withTokens(KnownKeys.specialTokensMap, of: specialTokens))
    }
    return try generation.map { (file) throws(TokenizerError) in try KnownKeys.checkGeneration(file) } ?? []
  }

  private func chatTemplate() throws(TokenizerError) -> String? {
    if let template { return template }
    guard let tokenizer, let value = tokenizer["chat_template"] else { return nil }
    guard case .array = value else { return try tokenizer.text("chat_template") }
    let templates = try tokenizer.objects("chat_template")
    for template in templates where try template.text("name") == "default" {
      return try template.text("template")
    }
    return nil
  }
}
