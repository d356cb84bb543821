import JSON

/// Every key that the files of a Hugging Face tokenizer may have: what is read, and what is known to change no id.
///
/// A key that is in neither list is refused by name, so that nothing that changes ids is passed over in silence.
enum KnownKeys {
  struct Keys: Sendable {
    let used: Set<String>
    /// Keys that change nothing here, with the reason.
    var harmless: [String: String] = [:]
  }

  /// Refuses an object with a key that is not known, unless its value is null.
  static func check(_ object: JSONObject, _ keys: Keys?) throws(TokenizerError) {
    guard let keys else { return }
    for member in object.members where !keys.used.contains(member.key) && keys.harmless[member.key] == nil {
      if case .null = member.value { continue }
      throw .unsupported(
        file: object.file, field: object.field(member.key), found: member.value.kind,
        supported: "the keys " + (keys.used.sorted() + keys.harmless.keys.sorted()).joined(separator: ", "))
    }
  }

  // MARK: tokenizer.json

  private static let offsets = "offsets into the text are not made here"

  static let tokenizer = Keys(
    used: ["added_tokens", "normalizer", "pre_tokenizer", "post_processor", "decoder", "model"],
    harmless: [
      "version": "of the file's format", "truncation": "asked for with every call, never by itself",
      "padding": "of batches, which are not made here",
    ])
  static let model = Keys(
    used: [
      "type", "dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix", "fuse_unk", "byte_fallback",
      "ignore_merges", "vocab", "merges",
    ])
  static let addedToken = Keys(
    used: ["id", "content", "single_word", "lstrip", "rstrip", "normalized", "special"],
    harmless: ["__type": "names the class of the object"])

  static let normalizers: [String: Keys] = [
    "Prepend": Keys(used: ["type", "prepend"]), "Replace": Keys(used: ["type", "pattern", "content"]),
    "NFC": Keys(used: ["type"]), "NFD": Keys(used: ["type"]), "NFKC": Keys(used: ["type"]),
    "NFKD": Keys(used: ["type"]), "Lowercase": Keys(used: ["type"]), "ByteLevel": Keys(used: ["type"]),
    "Strip": Keys(used: ["type", "strip_left", "strip_right"]),
  ]
  private static let metaspace = Keys(
    used: ["type", "replacement", "prepend_scheme", "add_prefix_space", "split"],
    harmless: ["str_rep": "the replacement once more"])
  static let preTokenizers: [String: Keys] = [
    "ByteLevel": Keys(used: ["type", "add_prefix_space", "use_regex"], harmless: ["trim_offsets": offsets]),
    "Metaspace": metaspace, "Split": Keys(used: ["type", "pattern", "behavior", "invert"]),
    "Digits": Keys(used: ["type", "individual_digits"]), "Punctuation": Keys(used: ["type", "behavior"]),
    "Whitespace": Keys(used: ["type"]), "WhitespaceSplit": Keys(used: ["type"]),
    "BertPreTokenizer": Keys(used: ["type"]), "CharDelimiterSplit": Keys(used: ["type", "delimiter"]),
  ]
  static let postProcessors: [String: Keys] = [
    "ByteLevel": Keys(
      used: ["type"], harmless: ["add_prefix_space": offsets, "trim_offsets": offsets, "use_regex": offsets]),
    "TemplateProcessing": Keys(
      used: ["type", "single", "special_tokens"], harmless: ["pair": "texts come alone"]),
    "RobertaProcessing": Keys(
      used: ["type", "sep", "cls"], harmless: ["trim_offsets": offsets, "add_prefix_space": offsets]),
    "BertProcessing": Keys(used: ["type", "sep", "cls"]),
  ]
  static let decoders: [String: Keys] = [
    "ByteLevel": Keys(
      used: ["type"],
      harmless: ["add_prefix_space": "of encoding", "trim_offsets": offsets, "use_regex": "of encoding"]),
    "Metaspace": metaspace, "Replace": Keys(used: ["type", "pattern", "content"]),
    "Strip": Keys(used: ["type", "content", "start", "stop"]), "ByteFallback": Keys(used: ["type"]),
    "Fuse": Keys(used: ["type"]),
  ]
}
