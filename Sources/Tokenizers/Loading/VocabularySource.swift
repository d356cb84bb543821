/// What a token is; the numbers are those of SentencePiece and GGUF, 0 marks an id without a token.
enum TokenKind: Int, Sendable {
  case absent = 0
  case normal, unknown, control, userDefined, unused, byte

  /// Whether the token is no text: it is left out of decoded text, and outside text may be kept from spelling it.
  var isSpecial: Bool { self == .unknown || self == .control }
}

/// Everything that a tokenizer file says, in one form for all of them.
struct VocabularySource {
  /// How neighbours are merged.
  enum Merges {
    /// A list: the table of it, the texts in it that are no tokens, and the pairs in order.
    case ranked(MergeTable, extras: ByteStringMap, order: [UInt64])
    /// By the scores of the tokens.
    case scored([Float])
  }

  var file: String
  /// What to call the tokenizer in messages.
  var kindName: String
  /// The stored text of each id; empty where there is none.
  var texts = ByteStringPool()
  var kinds: [TokenKind] = []
  /// Tokens of the model by stored text, without tokens that are only added.
  var symbols = ByteStringMap()
  var merges: Merges
  var isByteLevel: Bool
  /// Whether the vocabulary's `▁` is decoded as a space.
  var decodesMetaspace: Bool
  /// Whether one space at the start of decoded text is dropped, because encoding puts one there.
  var dropsLeadingSpace = false
  var absentBytesSeparate = false
  var usesByteFallback = false
  var fusesUnknown = true
  var ignoresMerges = false
  var normalizer: [NormalizerStep] = []
  /// What happens to a fragment between added tokens of both passes, before it is cut into words.
  var fragmentSteps: [NormalizerStep] = []
  var splits: [SplitStep] = []
  var added: [AddedToken] = []
  var addedPriority = AddedTokens.Priority.leftmostLongest
  /// What encoding gives for text that has no token; nil drops the text.
  var unknownToken: Int?
  var roles = SpecialRoles()
  /// Everything beside the tokens and merges that influences ids, as text, for the identity.
  var rules: [String] = []

  var vocabularySize: Int { kinds.count }

  /// More tokens than any tokenizer has (the largest known has 262 144).
  static let largestVocabulary = 1 << 21

  /// The id of a stored text among all tokens.
  func id(of text: String) -> Int? {
    if let id = symbols.value(text) { return id }
    return added.first { $0.text == text }?.id
  }

  /// Sets the token of an id at the end of the vocabulary or beyond it, leaving ids without a token between.
  mutating func append(_ text: String, id: Int, kind: TokenKind) throws(TokenizerError) {
    guard id < Self.largestVocabulary else {
      throw .tooLarge(file: file, field: "id of '\(text)'", found: id, limit: Self.largestVocabulary - 1)
    }
    while kinds.count < id {
      texts.append([])
      kinds.append(.absent)
    }
    texts.append(Array(text.utf8))
    kinds.append(kind)
  }
}

/// Which tokens play which part.
struct SpecialRoles: Sendable {
  var bos: Int?
  var eos: Int?
  var unknown: Int?
  /// Ids beside `eos` that end a generation.
  var otherEnds: Set<Int> = []
  /// What encoding puts before and after the ids of the text by itself.
  var prefix: [Int] = []
  var suffix: [Int] = []
  var chatTemplate: String?

  /// Texts of tokens that end a turn or a text in some model family.
  static let endTexts: Set<String> = [
    "<|eot_id|>", "<|im_end|>", "<|end|>", "<end_of_turn>", "<|endoftext|>", "<|end_of_text|>", "<|eom_id|>",
    "<|end_of_turn|>", "<end_of_utterance>", "<EOT>", "<|EOT|>", "<｜end▁of▁sentence｜>", "<|return|>",
  ]
}
