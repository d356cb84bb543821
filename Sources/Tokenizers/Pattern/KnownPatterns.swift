/// The pre-tokeniser patterns of the model families, as their authors publish them.
///
/// GGUF files name a family (`tokenizer.ggml.pre`) and leave the pattern to the reader; tokenizer.json spells it out.
enum KnownPatterns {
  /// github.com/openai/gpt-2, src/encoder.py; also what ByteLevel with `use_regex` means.
  static let gpt2 = #"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#
  /// Every digit by itself, before anything else.
  static let digits = #"\p{N}"#

  private static func gpt4(digits: String) -> String {
    #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"# + digits
      + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
  }
  /// github.com/meta-llama/llama3, llama/tokenizer.py.
  static let llama3 = gpt4(digits: #"\p{N}{1,3}"#)
  /// The Qwen2 release: as Llama 3, with every digit by itself.
  static let qwen2 = gpt4(digits: #"\p{N}"#)
  /// github.com/openai/tiktoken, o200k_base.
  static let o200k =
    #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"#
    + #"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"#
    + #"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
  /// The Mistral Nemo release.
  static let tekken =
    #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"#
    + #"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"#
    + #"|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
  /// The Falcon release: punctuation, GPT-2, then threes of digits.
  static let falcon = [#"[\p{P}\$\+<=>\^~\|`]+"#, gpt2, "[0-9][0-9][0-9]"]
  private static let deepseekCoder = [
    #"[\r\n]"#, #"\s?\p{L}+"#, #"\s?\p{P}+"#, #"[\u4e00-\u9fa5\u0800-\u4e00\uac00-\ud7ff]+"#, #"\p{N}"#,
  ]

  /// The patterns that a GGUF family name stands for, applied one after the other; nil for a name not known here.
  static func patterns(family: String) -> [String]? { families[family] }

  /// Names of the families, sorted.
  static var familyNames: [String] { families.keys.sorted() }

  /// The families whose words are looked up whole before they are merged.
  static let ignoringMerges: Set<String> = ["llama3", "llama-v3", "llama-bpe", "falcon3", "tekken"]
  /// The families that begin with BOS unless the file says otherwise.
  static let addingBOS: Set<String> = ["llama3", "llama-v3", "llama-bpe", "falcon3", "tekken"]

  private static let families: [String: [String]] = {
    let groups: [(names: [String], patterns: [String])] = [
      (["gpt-2", "phi-2", "olmo", "mpt", "jais", "trillion"], [gpt2]),
      (["smollm", "starcoder", "refact", "command-r", "codeshell", "exaone", "minerva-7b"], [digits, gpt2]),
      (["llama3", "llama-v3", "llama-bpe", "falcon3", "dbrx", "smaug-bpe", "glm4", "chatglm-bpe"], [llama3]),
      (["qwen2", "stablelm2", "deepseek-r1-qwen", "megrez"], [qwen2]),
      (["gpt-4o", "llama4"], [o200k]),
      (["tekken"], [tekken]),
      (["falcon"], falcon),
      (["deepseek-coder"], deepseekCoder),
      (["default"], [#"[\p{P}\$\+<=>\^~\|]+"#, gpt2, #"\p{N}+"#, "[0-9][0-9][0-9]"]),
    ]
    var families: [String: [String]] = [:]
    for group in groups {
      for name in group.names { families[name] = group.patterns }
    }
    return families
  }()
}
