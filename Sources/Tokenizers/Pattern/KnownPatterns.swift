/// The pre-tokeniser patterns of the model families, as their authors publish them.
///
/// GGUF files name a family (`tokenizer.ggml.pre`) and leave the pattern to the reader; tokenizer.json spells it out.
enum KnownPatterns {
  /// github.com/openai/gpt-2, src/encoder.py; also what ByteLevel with `use_regex` means.
  static let gpt2 = #"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#
  /// Every digit by itself, before anything else.
  static let digits = #"\p{N}"#

  /// What counts as a number for Digits: Rust's `char::is_numeric`, which is of Unicode 17.
  static let numeric = #"[\p{N}\x{11de0}-\x{11de9}\x{16ff4}-\x{16ff6}]"#
  /// What counts for Punctuation: ASCII's, and that of an older Unicode (the crate unicode_categories).
  static let punctuation =
    #"[!-/:-@\[-`{-~\x{166d}\x{111c9}[\p{P}&&[^\x{61d}\x{9fd}\x{a76}\x{c77}\x{c84}\x{1b4e}-\x{1b4f}\x{1b7d}-\x{1b7f}"#
    + #"\x{2e43}-\x{2e4f}\x{2e52}-\x{2e5d}\x{10d6e}\x{10ead}\x{10ed0}\x{10f55}-\x{10f59}\x{10f86}-\x{10f89}"#
    + #"\x{113d4}-\x{113d8}\x{1144b}-\x{1144f}\x{1145a}-\x{1145d}\x{11660}-\x{1166c}\x{116b9}\x{1183b}"#
    + #"\x{11944}-\x{11946}\x{119e2}\x{11a3f}-\x{11a46}\x{11a9a}-\x{11aa2}\x{11b00}-\x{11b09}\x{11be1}"#
    + #"\x{11c41}-\x{11c45}\x{11c70}-\x{11c71}\x{11ef7}-\x{11ef8}\x{11f43}-\x{11f4f}\x{11fff}\x{12ff1}-\x{12ff2}"#
    + #"\x{16d6d}-\x{16d6f}\x{16e97}-\x{16e9a}\x{16fe2}\x{1e5ff}\x{1e95e}-\x{1e95f}]]]"#
  /// What Whitespace keeps; joiners belong to words, as in UAX #18.
  static let wordsAndOthers = #"[[:word:]\x{200c}\x{200d}]+|[^[:word:]\x{200c}\x{200d}\s]+"#

  /// The GPT-4 pattern with its own idea of numbers.
  static func gpt4(digits: String) -> String {
    #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"# + digits
      + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
  }
  /// github.com/meta-llama/llama3, llama/tokenizer.py.
  static let llama3 = gpt4(digits: #"\p{N}{1,3}"#)
  /// The Qwen2 release: as Llama 3, with every digit by itself.
  static let qwen2 = gpt4(digits: #"\p{N}"#)
  /// github.com/openai/tiktoken, o200k_base.
  static let o200k = o200k(digits: #"\p{N}{1,3}"#)
  /// The pattern of o200k_base with its own idea of numbers.
  static func o200k(digits: String) -> String {
    #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"#
      + #"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"#
      + digits + #"| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
  }
  /// The Mistral Nemo release.
  static let tekken =
    #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"#
    + #"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"#
    + #"|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
}
