import Checkpoints

/// The `tokenizer.*` keys of GGUF files.
extension KnownKeys {
  private static let prefix = "tokenizer.ggml."

  static let gguf = Keys(
    used: [
      "model", "pre", "tokens", "token_type", "scores", "merges", "bos_token_id", "eos_token_id", "eot_token_id",
      "eom_token_id", "unknown_token_id", "add_bos_token", "add_eos_token", "add_space_prefix",
    ],
    harmless: [
      "token_type_count": "of models with segments",
      "seperator_token_id": "of models that frame texts with it", "padding_token_id": "of batches",
      "cls_token_id": "of models that frame texts with it", "mask_token_id": "of models that fill gaps",
      "remove_extra_whitespaces": "obeyed by llama.cpp for Unigram only",
      "precompiled_charsmap": "obeyed by llama.cpp for Unigram only",
      "normalizer.lowercase": "obeyed by llama.cpp for WordPiece only",
      "normalizer.strip_accents": "obeyed by llama.cpp for WordPiece only",
      "fim_pre_token_id": "of filling gaps in code", "fim_suf_token_id": "of filling gaps in code",
      "fim_mid_token_id": "of filling gaps in code", "fim_pad_token_id": "of filling gaps in code",
      "fim_rep_token_id": "of filling gaps in code", "fim_sep_token_id": "of filling gaps in code",
      "prefix_token_id": "of filling gaps in code", "suffix_token_id": "of filling gaps in code",
      "middle_token_id": "of filling gaps in code",
    ])

  /// Refuses a header with a tokenizer's key that is not known, or with one that asks for what is not done here.
  static func check(_ header: GGUFHeader, file: String) throws {
    for key in header.metadata.keys.sorted() where key.hasPrefix(prefix) {
      let name = String(key.dropFirst(prefix.count))
      // A separator is put after the text where this is true, and else nothing happens.
      if name == "add_sep_token", try header.bool(key) == false { continue }
      guard !gguf.used.contains(name), gguf.harmless[name] == nil else { continue }
      throw TokenizerError.unsupported(
        file: file, field: key, found: "present",
        supported: "the keys " + (gguf.used.sorted() + gguf.harmless.keys.sorted()).joined(separator: ", "))
    }
  }
}
