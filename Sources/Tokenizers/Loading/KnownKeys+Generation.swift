import JSON

/// The keys of generation_config.json: those of transformers' `GenerationConfig`, and what public checkpoints have beside
/// them.
///
/// Tasks generate greedily, whatever the file says; a rule that the makers' library obeys in greedy decoding too is said
/// by `plan` (`greedyRules`), and one that forbids or forces tokens is refused (`generationRules`).
extension KnownKeys {
  static let generation = Keys(
    used: Set(["eos_token_id"] + generationRules + greedyRules.keys),
    harmless: reasons([
      (
        "the tokenizer's files say it",
        ["bos_token_id", "decoder_start_token_id", "pad_token_id", "unk_token_id", "sep_token_id"]
      ),
      ("a length, which tasks set", ["max_length", "max_new_tokens", "max_time", "max_window_size"]),
      (
        "of drawing tokens at random, which no task does",
        [
          "do_sample", "temperature", "top_k", "top_p", "top_h", "min_p", "typical_p", "epsilon_cutoff", "eta_cutoff",
          "renormalize_logits", "remove_invalid_values", "num_return_sequences", "token_healing", "seed",
          "temperature_last",
        ]
      ),
      (
        "of a search over several beams, said by num_beams",
        ["early_stopping", "length_penalty", "num_beam_groups", "diversity_penalty", "low_memory"]
      ),
      (
        "of the cache or the speed of the makers' library",
        [
          "use_cache", "cache_implementation", "cache_config", "return_legacy_cache", "prefill_chunk_size",
          "compile_config", "disable_compile", "continuous_batching_config", "attn_implementation", "torch_dtype",
          "dtype",
        ]
      ),
      (
        "of assisted decoding, which is not done here and changes no greedy token",
        [
          "is_assistant", "num_assistant_tokens", "num_assistant_tokens_schedule", "assistant_confidence_threshold",
          "prompt_lookup_num_tokens", "assistant_tokens", "max_matching_ngram_size", "assistant_early_exit",
          "assistant_lookbehind", "target_lookbehind",
        ]
      ),
      (
        "of what the makers' library gives back",
        [
          "output_attentions", "output_hidden_states", "output_scores", "output_logits", "return_dict_in_generate",
          "return_dict", "return_timestamps", "return_token_timestamps",
        ]
      ),
      (
        "where the file comes from",
        [
          "transformers_version", "_from_model_config", "trust_remote_code", "model_type", "architectures", "auto_map",
          "generation_kwargs", "_name_or_path",
        ]
      ),
      (
        "of speech models",
        [
          "no_timestamps_token_id", "prev_sot_token_id", "lang_to_id", "task_to_id", "alignment_heads",
          "begin_suppress_tokens_default", "is_multilingual", "max_initial_timestamp_index", "language", "task",
        ]
      ),
      ("of the chat, which the template says", ["chat_format", "user_token_id", "assistant_token_id"]),
      (
        "a fact about tokens, no rule of generation",
        [
          "image_token_id", "video_token_id", "audio_token_id", "output_token_ids", "special_token_ids",
          "stop_words_ids",
        ]
      ),
    ]))

  /// Keys that forbid or force tokens.
  static let generationRules = [
    "suppress_tokens", "begin_suppress_tokens", "bad_words_ids", "force_words_ids", "forced_bos_token_id",
    "forced_eos_token_id", "forced_decoder_ids", "sequence_bias", "constraints",
  ]

  /// Keys that the makers' library obeys in greedy decoding, with the number that changes nothing; nil: any value does.
  static let greedyRules: [String: Double?] = [
    "repetition_penalty": 1, "encoder_repetition_penalty": 1, "no_repeat_ngram_size": 0,
    "encoder_no_repeat_ngram_size": 0, "num_beams": 1, "penalty_alpha": 0, "guidance_scale": 1, "min_length": 0,
    "min_new_tokens": 0, "stop_strings": nil, "watermarking_config": nil, "dola_layers": nil,
    "exponential_decay_length_penalty": nil,
  ]

  /// Refuses what generation_config.json asks for and nothing here does.
  ///
  /// - Parameter file: the file's content.
  /// - Returns: a sentence per rule of greedy decoding that is left out.
  /// - Throws: `TokenizerError.unsupported`.
  static func checkGeneration(_ file: JSONObject) throws(TokenizerError) -> [String] {
    try check(file, generation)
    var notes: [String] = []
    for member in file.members where !member.value.isEmpty {
      if generationRules.contains(member.key) {
        throw .unsupported(
          file: file.file, field: member.key, found: member.value.kind,
          supported: "no rule about single tokens in generation_config.json")
      }
      guard let neutral = greedyRules[member.key] else { continue }
      if let neutral, let number = member.value.number, number == neutral { continue }
      notes.append(
        "generation_config.json says \(member.key) \(member.value.kind), which transformers' generate obeys; "
          + "answers are greedy without it here")
    }
    return notes
  }
}
