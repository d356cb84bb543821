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
  /// Whether the vocabulary spells bytes in GPT-2's alphabet.
  var isByteLevel: Bool
  /// Whether words come to the encoder as bytes, and not in the spelling that the vocabulary has.
  var encodesBytes = false
  /// Whether the pre-tokenizer of a tokenizer.json is ByteLevel and nothing else.
  var isPlainByteLevel = false
  var decoding = Decoding()
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
  /// Sentences for people about what the files ask for and is not done; they change no id.
  var notes: [String] = []

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

/// How ids become text.
struct Decoding: Sendable {
  /// What becomes of the spaces that encoding puts at the start.
  enum LeadingSpace: Sendable {
    case kept
    /// One space is dropped.
    case one
    /// Every space of the first token is dropped (Metaspace).
    case allOfFirstToken
  }

  /// What becomes of byte tokens that are no valid UTF-8.
  enum ByteRuns: Sendable {
    /// U+FFFD for what the Unicode standard calls a maximal subpart, as for any bytes.
    case joined
    /// U+FFFD for every byte that belongs to no character (SentencePiece).
    case byByte
    /// U+FFFD for every byte of a run of byte tokens of which any is wrong (ByteFallback).
    case allOrNothing
  }

  /// Whether stored texts are bytes in GPT-2's alphabet.
  var isByteLevel = false
  /// Whether `▁` is a space.
  var metaspace: [UInt8] = []
  /// Whether special and added tokens are treated like the others, and not as they are written.
  var coversAdded = false
  /// Whether `<0xHH>` is a byte.
  var bytes = true
  var byteRuns = ByteRuns.joined
  var leadingSpace = LeadingSpace.kept
  /// Whether a space goes between tokens (a tokenizer.json without a decoder).
  var separatesTokens = false
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
  /// The texts of further tokens with a role, by the names that chat templates use.
  var otherTexts: [String: String] = [:]

  /// Texts of tokens that end a turn or a text in some model family.
  static let endTexts: Set<String> = [
    "<|eot_id|>", "<|im_end|>", "<|end|>", "<end_of_turn>", "<|endoftext|>", "<|end_of_text|>", "<|eom_id|>",
    "<|end_of_turn|>", "<end_of_utterance>", "<EOT>", "<|EOT|>", "<｜end▁of▁sentence｜>", "<|return|>",
  ]
}
