import JSON

/// The post-processor and the decoder of a tokenizer.json.
extension TokenizerJSON {
  // MARK: Post-processor

  mutating func readPostProcessor(_ root: JSONObject) throws(TokenizerError) {
    var prefix: [Int] = []
    var suffix: [Int] = []
    try forEachStep(
      try root.object("post_processor"), listed: "processors"
    ) { (object, type) throws(TokenizerError) in
      try KnownKeys.check(object, KnownKeys.postProcessors[type])
      switch type {
      case "ByteLevel": break
      case "TemplateProcessing":
        let template = try template(object)
        prefix = template.prefix + prefix
        suffix += template.suffix
      case "RobertaProcessing", "BertProcessing":
        prefix = try tokenPair(object, "cls") + prefix
        suffix += try tokenPair(object, "sep")
      default:
        throw unsupported(
          object, "type", type, "Sequence, ByteLevel, TemplateProcessing, RobertaProcessing, BertProcessing")
      }
    }
    source.roles.prefix = prefix
    source.roles.suffix = suffix
  }

  /// The ids before and after the one sequence of a template.
  private func template(_ object: JSONObject) throws(TokenizerError) -> (prefix: [Int], suffix: [Int]) {
    var prefix: [Int] = []
    var suffix: [Int] = []
    var isBefore = true
    for part in try object.objects("single") {
      if try part.object("Sequence") != nil {
        guard isBefore else { throw unsupported(object, "single", "the text twice", "the text once") }
        isBefore = false
        continue
      }
      guard let name = try part.object("SpecialToken")?.text("id") else {
        throw part.missing("SpecialToken.id", "a token of the template")
      }
      let ids = try specialTokenIDs(object, name)
      if isBefore { prefix += ids } else { suffix += ids }
    }
    return (prefix, suffix)
  }

  private func specialTokenIDs(_ object: JSONObject, _ name: String) throws(TokenizerError) -> [Int] {
    guard let entry = try object.object("special_tokens")?.object(name), let ids = try entry.array("ids") else {
      throw object.missing("special_tokens['\(name)'].ids", "token ids")
    }
    var result: [Int] = []
    for id in ids {
      guard case .integer(let number) = id, 0..<source.vocabularySize ~= number else {
        throw entry.mismatch("ids", "ids below \(source.vocabularySize)", id)
      }
      result.append(number)
    }
    return result
  }

  /// `["</s>", 2]`.
  private func tokenPair(_ object: JSONObject, _ name: String) throws(TokenizerError) -> [Int] {
    guard let pair = try object.array(name), pair.count == 2, case .integer(let id) = pair[1],
      0..<source.vocabularySize ~= id
    else { throw object.missing(name, "a token and its id below \(source.vocabularySize)") }
    return [id]
  }

  // MARK: Decoder

  mutating func readDecoder(_ root: JSONObject) throws(TokenizerError) {
    var decoding = Decoding(coversAdded: true, bytes: false)
    guard let decoder = try root.object("decoder") else {
      decoding.separatesTokens = true
      source.decoding = decoding
      return
    }
    var steps: [String] = []
    try forEachStep(decoder, listed: "decoders") { (object, type) throws(TokenizerError) in
      try KnownKeys.check(object, KnownKeys.decoders[type])
      // Steps are for single tokens before Fuse, and for the whole text after it.
      let isFused = steps.contains("Fuse")
      switch type {
      case "Fuse": break
      case "ByteLevel" where steps.isEmpty: decoding.isByteLevel = true
      case "Metaspace" where steps.isEmpty:
        decoding.metaspace = Array((try object.text("replacement") ?? "▁").utf8)
        if try prependScheme(object) != "never" { decoding.leadingSpace = .allOfFirstToken }
      case "Replace" where steps.isEmpty:
        let pattern = try object.object("pattern")?.text("String")
        guard pattern == "▁", try object.text("content") == " " else {
          throw unsupported(object, "pattern", pattern ?? "a regular expression", "'▁' replaced by a space")
        }
        decoding.metaspace = SentencePieceRules.space
      case "ByteFallback" where !isFused && !steps.contains("ByteLevel"):
        decoding.bytes = true
        decoding.byteRuns = .allOrNothing
      case "Strip" where isFused:
        decoding.leadingSpace = try strip(object)
      case "ByteLevel", "Metaspace", "Replace", "ByteFallback", "Strip":
        throw unsupported(object, "type", type, "\(type) at another place: Replace, ByteFallback, Fuse, Strip")
      default:
        throw unsupported(
          object, "type", type, "Sequence, ByteLevel, ByteFallback, Fuse, Metaspace, Replace, Strip")
      }
      steps.append(type)
    }
    source.decoding = decoding
  }

  private func strip(_ object: JSONObject) throws(TokenizerError) -> Decoding.LeadingSpace {
    let start = try object.integer("start") ?? 0
    guard try object.text("content") == " ", 0...1 ~= start, try object.integer("stop") ?? 0 == 0 else {
      throw unsupported(object, "type", "Strip", "one space at the start")
    }
    return start == 1 ? .one : .kept
  }
}
