import JSON

/// Tokens that the files beside a tokenizer add to it, or give another nature.
extension TokenizerConfig {
  /// Adds the tokens of tokenizer_config.json's `added_tokens_decoder`, or else of added_tokens.json, and then every
  /// token with a part of its own that the vocabulary lacks or does not know to be special.
  ///
  /// A token that is in the vocabulary keeps its id; one that is not gets the next id, as in transformers.
  func addTokens(to source: inout VocabularySource, isSentencePieceModel: Bool) throws(TokenizerError) {
    let special = try tokensWithParts()
    var places = Places(source, isSentencePieceModel: isSentencePieceModel)
    for (id, entry) in try listedTokens(special: Set(special.map(\.text)), isSentencePieceModel: isSentencePieceModel)
      .sorted(by: { $0.key < $1.key })
    {
      try places.add(entry.token, id, entry.file, to: &source)
    }
    for token in special where places.indices[token.text] == nil {
      var token = token
      token.id = source.symbols.value(token.text) ?? source.vocabularySize
      try places.put(token, to: &source)
    }
    if case .scored(let scores) = source.merges, scores.count < source.vocabularySize {
      source.merges = .scored(scores + [Float](repeating: 0, count: source.vocabularySize - scores.count))
    }
  }

  /// The tokens that files list with their ids.
  private func listedTokens(
    special: Set<String>, isSentencePieceModel: Bool
  ) throws(TokenizerError) -> [Int: (token: AddedToken, file: String)] {
    var tokens: [Int: (token: AddedToken, file: String)] = [:]
    if let tokenizer, let decoder = try tokenizer.object("added_tokens_decoder") {
      for member in decoder.members {
        guard let id = Int(member.key) else { throw decoder.mismatch(member.key, "an id and its token", member.value) }
        let object = try JSONObject(file: decoder.file, path: decoder.field(member.key), member.value)
        tokens[id] = (try TokenizerJSON.addedToken(object, id: id), tokenizer.file)
      }
      // A slow tokenizer may have both; where this list is, transformers reads no other for a tokenizer.json.
      if !isSentencePieceModel { return tokens }
    }
    for member in addedTokens?.members ?? [] {
      guard let addedTokens else { continue }
      guard case .integer(let id) = member.value else { throw addedTokens.mismatch(member.key, "an id", member.value) }
      let isSpecial = special.contains(member.key)
      guard tokens[id] == nil else { continue }
      tokens[id] = (
        AddedToken(id: id, text: member.key, isSpecial: isSpecial, isNormalized: !isSpecial), addedTokens.file
      )
    }
    return tokens
  }

  /// The tokens with a part of their own, in transformers' order: roles, other names in `_token`, additional ones.
  private func tokensWithParts() throws(TokenizerError) -> [AddedToken] {
    var tokens: [AddedToken] = []
    var seen: Set<String> = []
    func note(_ token: AddedToken?) {
      if let token, !token.text.isEmpty, seen.insert(token.text).inserted { tokens.append(token) }
    }
    for name in KnownKeys.roles {
      guard let file = roleFiles.first(where: { $0[name] != nil }), let value = file[name] else { continue }
      note(try specialToken(file, name, value))
    }
    for file in roleFiles {
      for member in file.members where member.key.hasSuffix("_token") && !KnownKeys.roles.contains(member.key) {
        switch member.value {
        case .string, .object: note(try specialToken(file, member.key, member.value))
        default: break
        }
      }
      for name in KnownKeys.tokenLists {
        guard let value = file[name] else { continue }
        if case .array(let elements) = value {
          for element in elements { note(try specialToken(file, name, element)) }
        } else if case .object(let members) = value {
          for member in members { note(try specialToken(file, name, member.value)) }
        }
      }
    }
    return tokens
  }

  /// A special token, written as its text or as an object with flags; nil for null.
  func specialToken(_ file: JSONObject, _ name: String, _ value: JSONValue) throws(TokenizerError) -> AddedToken? {
    switch value {
    case .null: return nil
    case .string(let text): return AddedToken(id: -1, text: text, isSpecial: true)
    case .object:
      let object = try JSONObject(file: file.file, path: file.field(name), value)
      var token = try TokenizerJSON.addedToken(object, id: -1)
      token.isSpecial = true
      return token
    default: throw file.mismatch(name, "a text or an object", value)
    }
  }
}

/// Puts added tokens into a vocabulary.
private struct Places {
  /// Where each added token is among `VocabularySource.added`, by its text.
  private(set) var indices: [String: Int]
  private let isSentencePieceModel: Bool

  init(_ source: VocabularySource, isSentencePieceModel: Bool) {
    self.isSentencePieceModel = isSentencePieceModel
    indices = Dictionary(source.added.enumerated().map { ($1.text, $0) }) { first, _ in first }
  }

  /// Adds a token that a file lists with its id, which may contradict neither the vocabulary nor the token's text.
  mutating func add(
    _ token: AddedToken, _ id: Int, _ file: String, to source: inout VocabularySource
  ) throws(TokenizerError) {
    guard id >= 0 else {
      throw .invalid(file: file, field: "id of '\(token.text)'", expected: "an id from 0", found: "\(id)")
    }
    let own = source.symbols.value(token.text) ?? indices[token.text].map { source.added[$0].id }
    if let own, own != id {
      throw .duplicate(file: file, field: "added tokens", value: "'\(token.text)' (ids \(own) and \(id))")
    }
    if id < source.vocabularySize {
      let stored = String(decoding: source.texts[id], as: UTF8.self)
      guard stored == token.text else {
        throw .duplicate(file: file, field: "added tokens", value: "id \(id) ('\(stored)' and '\(token.text)')")
      }
    }
    try put(token, to: &source)
  }

  /// Makes a token one that is found as a whole, at an id of the vocabulary or beyond it.
  mutating func put(_ token: AddedToken, to source: inout VocabularySource) throws(TokenizerError) {
    var token = token
    // The slow tokenizer looks for added tokens in the text as it came.
    if isSentencePieceModel { token.isNormalized = false }
    if token.id < source.vocabularySize {
      source.kinds[token.id] =
        source.kinds[token.id] == .unknown ? .unknown : token.isSpecial ? .control : .userDefined
    } else {
      try source.append(token.text, id: token.id, kind: token.isSpecial ? .control : .userDefined)
    }
    if let index = indices[token.text] {
      source.added[index] = token
    } else {
      indices[token.text] = source.added.count
      source.added.append(token)
    }
  }
}
