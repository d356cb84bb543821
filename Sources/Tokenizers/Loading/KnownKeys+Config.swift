import JSON

/// The keys of tokenizer_config.json and special_tokens_map.json.
extension KnownKeys {
  /// The tokens with a part of their own; any other key that ends in `_token` names a special token too.
  static let roles = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"]

  static let config = Keys(
    used: Set(roles + tokenLists).union([
      "add_bos_token", "add_eos_token", "add_prefix_space", "added_tokens_decoder", "chat_template", "legacy",
      "split_special_tokens", "tokenizer_class",
    ]),
    harmless: reasons([
      (
        "where the files come from, or which program wrote them",
        [
          "auto_map", "name_or_path", "_name_or_path", "tokenizer_file", "vocab_file", "merges_file",
          "special_tokens_map_file", "added_tokens_file", "chat_template_file", "transformers_version", "is_local",
          "local_files_only", "trust_remote_code", "backend", "use_fast", "from_slow", "init_inputs", "_commit_hash",
          "_from_auto", "device_map", "torch_dtype", "dtype", "device", "model_type", "tokenizer_type",
          "processor_class", "image_processor_type", "language", "verbose", "revision", "cache_dir", "model_id",
        ]
      ),
      (
        "of lengths and batches, asked for with every call",
        [
          "model_max_length", "max_length", "max_len", "max_seq_len", "model_input_names", "padding", "padding_side",
          "pad_to_multiple_of", "pad_token_type_id", "stride", "truncation", "truncation_side", "truncation_strategy",
          "return_token_type_ids", "return_attention_mask", "return_tensors", "add_special_tokens", "max_pixels",
          "min_pixels", "image_size", "patch_size", "vision_feature_select_strategy",
        ]
      ),
      (
        "an id or size that the token or the vocabulary says itself",
        [
          "bos_token_id", "eos_token_id", "pad_token_id", "unk_token_id", "sep_token_id", "cls_token_id",
          "mask_token_id", "vocab_size", "vocab_type", "extra_ids", "num_additional_tokens",
        ]
      ),
      (
        "of decoding with white space taken away, which is not done here",
        [
          "clean_up_tokenization_spaces", "clean_up_tokenization_spaces_for_bpe_even_though_it_will_corrupt_output",
          "spaces_between_special_tokens", "errors", "encoding",
        ]
      ),
      ("of offsets, which are not made here", ["trim_offsets"]),
      (
        "of a step that tokenizer.json spells out",
        [
          "do_lower_case", "strip_accents", "tokenize_chinese_chars", "do_basic_tokenize", "never_split",
          "do_split_by_punct", "remove_space", "keep_accents", "split_by_punct", "sp_model_kwargs", "pattern",
          "fix_mistral_regex", "add_dummy_prefix", "ignore_merges", "suffix_first", "legacy_behaviour",
          "suppress_tokens",
          "unk_id", "fast",
        ]
      ),
      (
        "of the chat, which the template says",
        [
          "use_default_system_prompt", "default_system_prompt", "response_schema", "response_template",
          "additional_chat_templates", "add_generation_prompt", "tool_parser_type",
        ]
      ),
    ]))

  /// Tokens with a part of their own and nothing else: what transformers reads there is a setting of the class like any
  /// of tokenizer_config.json, so that a flag is refused and not passed over.
  static let specialTokensMap = Keys(used: Set(roles).union(tokenLists))

  /// The keys that hold several special tokens.
  static let tokenLists = ["additional_special_tokens", "extra_special_tokens", "model_specific_special_tokens"]

  /// Keys with those of a file that end in `_token` and hold a token.
  static func withTokens(_ keys: Keys, of file: JSONObject) -> Keys {
    var keys = keys
    for member in file.members where member.key.hasSuffix("_token") {
      switch member.value {
      case .string, .object: keys.harmless[member.key] = "a token"
      default: break
      }
    }
    return keys
  }

  /// A table of names from groups with one reason.
  static func reasons(_ groups: [(String, [String])]) -> [String: String] {
    var result: [String: String] = [:]
    for (reason, names) in groups {
      for name in names { result[name] = reason }
    }
    return result
  }
}
