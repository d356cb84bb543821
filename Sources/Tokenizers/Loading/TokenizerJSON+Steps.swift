import JSON

/// The normalizer and the pre-tokenizer of a tokenizer.json.
extension TokenizerJSON {
  /// Sequences inside sequences.
  private static let deepest = 8

  /// Calls `body` with the steps of a component, those of nested sequences in order.
  func forEachStep(
    _ object: JSONObject?, listed name: String, depth: Int = 0,
    _ body: (JSONObject, _ type: String) throws(TokenizerError) -> Void
  ) throws(TokenizerError) {
    guard let object else { return }
    guard let type = try object.text("type") else { throw object.missing("type", "the kind of component") }
    guard type == "Sequence" else { return try body(object, type) }
    guard depth < Self.deepest else { throw unsupported(object, "type", type, "\(Self.deepest) nested sequences") }
    for inner in try object.objects(name) { try forEachStep(inner, listed: name, depth: depth + 1, body) }
  }

  // MARK: Normalizer

  mutating func readNormalizer(_ root: JSONObject) throws(TokenizerError) {
    var steps: [NormalizerStep] = []
    try forEachStep(try root.object("normalizer"), listed: "normalizers") { (object, type) throws(TokenizerError) in
      try KnownKeys.check(object, KnownKeys.normalizers[type])
      steps.append(try normalizerStep(object, type))
    }
    source.normalizer = steps
  }

  private func normalizerStep(_ object: JSONObject, _ type: String) throws(TokenizerError) -> NormalizerStep {
    switch type {
    case "Prepend": return .prepend(Array((try object.text("prepend") ?? "").utf8))
    case "Replace":
      let content = Array((try object.text("content") ?? "").utf8)
      guard let choice = try object.object("pattern") else { throw object.missing("pattern", "String or Regex") }
      if let text = try choice.text("String") {
        guard !text.isEmpty else { throw unsupported(object, "pattern.String", text, "a text that is not empty") }
        return .replace(Array(text.utf8), by: content)
      }
      guard let text = try choice.text("Regex") else { throw object.missing("pattern", "String or Regex") }
      let pattern = try pattern(text, object)
      // The library puts such a replacement in twice, or panics.
      guard pattern.minimumLength > 0 || content.isEmpty else {
        throw unsupported(object, "pattern.Regex", text, "a pattern that matches at least one character")
      }
      return .replacePattern(pattern, by: content)
    case "NFC": return .unicode(.nfc)
    case "NFD": return .unicode(.nfd)
    case "NFKC": return .unicode(.nfkc)
    case "NFKD": return .unicode(.nfkd)
    case "Lowercase": return .lowercase
    case "ByteLevel": return .spellBytes
    case "Strip":
      return .strip(
        left: try object.bool("strip_left") ?? true, right: try object.bool("strip_right") ?? true)
    default:
      throw unsupported(
        object, "type", type, "Sequence, Prepend, Replace, NFC, NFD, NFKC, NFKD, Lowercase, Strip, ByteLevel")
    }
  }

  // MARK: Pre-tokenizer

  mutating func readPreTokenizer(_ root: JSONObject) throws(TokenizerError) {
    var steps: [SplitStep] = []
    var fragmentSteps: [NormalizerStep] = []
    try forEachStep(
      try root.object("pre_tokenizer"), listed: "pretokenizers"
    ) { (object, type) throws(TokenizerError) in
      try KnownKeys.check(object, KnownKeys.preTokenizers[type])
      switch type {
      case "ByteLevel":
        if try object.bool("add_prefix_space") ?? true { steps.append(.prefixSpace) }
        if try object.bool("use_regex") ?? true { steps.append(try isolating(KnownPatterns.gpt2, object)) }
        steps.append(.spellBytes)
      case "Metaspace":
        let metaspace = try metaspace(object)
        // Without a step before it the text can be changed as a whole.
        if steps.isEmpty, fragmentSteps.isEmpty {
          fragmentSteps = metaspace.steps
        } else {
          steps.append(.rewrite(metaspace.steps))
        }
        if let split = metaspace.split { steps.append(split) }
      case "BertPreTokenizer":
        steps.append(.pattern(try pattern(#"\s"#, object), .removed, isInverted: false))
        steps.append(try isolating(KnownPatterns.punctuation, object))
      default: steps.append(try splitStep(object, type))
      }
    }
    source.splits = steps
    source.fragmentSteps = fragmentSteps
    source.isPlainByteLevel = try root.object("pre_tokenizer")?.text("type") == "ByteLevel"
  }

  private func isolating(_ text: String, _ object: JSONObject) throws(TokenizerError) -> SplitStep {
    .pattern(try pattern(text, object), .isolated, isInverted: false)
  }

  private func splitStep(_ object: JSONObject, _ type: String) throws(TokenizerError) -> SplitStep {
    switch type {
    case "Split":
      return .pattern(
        try splitPattern(object), try behavior(object, default: nil), isInverted: try object.bool("invert") ?? false)
    case "Digits":
      let isIndividual = try object.bool("individual_digits") ?? false
      return .pattern(
        try pattern(KnownPatterns.numeric, object), isIndividual ? .isolated : .contiguous, isInverted: false)
    case "Punctuation":
      return .pattern(
        try pattern(KnownPatterns.punctuation, object), try behavior(object, default: .isolated), isInverted: false)
    case "Whitespace": return .pattern(try pattern(KnownPatterns.wordsAndOthers, object), .removed, isInverted: true)
    case "CharDelimiterSplit":
      guard let text = try object.text("delimiter"), text.unicodeScalars.count == 1 else {
        throw object.missing("delimiter", "one character")
      }
      return .pattern(try literal(text, object, "delimiter"), .removed, isInverted: false)
    case "WhitespaceSplit": return .pattern(try pattern(#"\s"#, object), .removed, isInverted: false)
    default:
      throw unsupported(
        object, "type", type,
        "Sequence, ByteLevel, Split, Digits, Punctuation, Metaspace, Whitespace, WhitespaceSplit, CharDelimiterSplit, "
          + "BertPreTokenizer")
    }
  }

  private func splitPattern(_ object: JSONObject) throws(TokenizerError) -> Pattern {
    guard let choice = try object.object("pattern") else { throw object.missing("pattern", "String or Regex") }
    if let text = try choice.text("Regex") { return try pattern(text, object) }
    guard let text = try choice.text("String") else { throw object.missing("pattern", "String or Regex") }
    return try literal(text, object, "pattern.String")
  }

  private func literal(_ text: String, _ object: JSONObject, _ field: String) throws(TokenizerError) -> Pattern {
    guard !text.isEmpty else { throw unsupported(object, field, text, "a text that is not empty") }
    do { return try Pattern(literal: text) } catch { throw unsupported(object, field, text, "a shorter text") }
  }

  private func behavior(_ object: JSONObject, default fallback: SplitBehavior?) throws(TokenizerError) -> SplitBehavior
  {
    guard let name = try object.text("behavior") else {
      guard let fallback else { throw object.missing("behavior", "what to do with matches") }
      return fallback
    }
    guard let behavior = SplitBehavior(rawValue: name) else {
      throw unsupported(
        object, "behavior", name, "Isolated, Removed, MergedWithPrevious, MergedWithNext, Contiguous")
    }
    return behavior
  }

  private func metaspace(
    _ object: JSONObject
  ) throws(TokenizerError) -> (steps: [NormalizerStep], split: SplitStep?) {
    let text = try object.text("replacement") ?? "▁"
    guard text.unicodeScalars.count == 1 else { throw unsupported(object, "replacement", text, "one character") }
    let replacement = Array(text.utf8)
    var steps: [NormalizerStep] = [.replace([UInt8(ascii: " ")], by: replacement)]
    switch try prependScheme(object) {
    case "always": steps.append(.prependUnlessPresent(replacement, onlyFirst: false))
    case "first": steps.append(.prependUnlessPresent(replacement, onlyFirst: true))
    default: break
    }
    guard try object.bool("split") ?? true else { return (steps, nil) }
    return (steps, .pattern(try literal(text, object, "replacement"), .mergedWithNext, isInverted: false))
  }

  /// `always`, `first` or `never`, also in the older spelling `add_prefix_space`.
  func prependScheme(_ object: JSONObject) throws(TokenizerError) -> String {
    guard let scheme = try object.text("prepend_scheme") else {
      return try object.bool("add_prefix_space") ?? true ? "always" : "never"
    }
    guard ["always", "first", "never"].contains(scheme) else {
      throw unsupported(object, "prepend_scheme", scheme, "always, first, never")
    }
    return scheme
  }
}
