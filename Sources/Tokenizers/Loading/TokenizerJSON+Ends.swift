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
        isBefore = false
        continue
      }
      guard let name = try part.object("SpecialToken")?.string("id") else {
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
    var decodesMetaspace = false
    var dropsLeadingSpace = false
    try forEachStep(try root.object("decoder"), listed: "decoders") { (object, type) throws(TokenizerError) in
      switch type {
      case "ByteLevel", "ByteFallback", "Fuse": break
      case "Metaspace":
        decodesMetaspace = true
        dropsLeadingSpace = try prependScheme(object) != "never"
      case "Replace":
        let pattern = try object.object("pattern")?.string("String")
        guard pattern == "▁", try object.string("content") == " " else {
          throw unsupported(object, "pattern", pattern ?? "a regular expression", "'▁' replaced by a space")
        }
        decodesMetaspace = true
      case "Strip":
        guard try object.string("content") == " ", try object.integer("start") ?? 0 <= 1,
          try object.integer("stop") ?? 0 == 0
        else { throw unsupported(object, "type", type, "one space at the start") }
        dropsLeadingSpace = try object.integer("start") ?? 0 == 1
      default:
        throw unsupported(
          object, "type", type, "Sequence, ByteLevel, ByteFallback, Fuse, Metaspace, Replace, Strip")
      }
    }
    source.decodesMetaspace = decodesMetaspace
    source.dropsLeadingSpace = dropsLeadingSpace
  }
}
