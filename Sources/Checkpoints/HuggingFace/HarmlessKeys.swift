import JSON

/// Keys of config.json that nothing reads, because they change nothing in what the models compute here.
///
/// A key that is neither read, nor null, nor here, nor among its family's own is refused by name: ignoring a key that
/// changes numbers would be silent.
struct HarmlessKeys {
  /// When a key may be passed over, and why.
  enum Rule: Sendable {
    /// Whatever it says.
    case any(String)
    /// While it says one of these.
    case only([JSONValue], String)

    func allows(_ value: JSONValue) -> Bool {
      switch self {
      case .any: true
      case .only(let values, _): values.contains(value)
      }
    }
  }

  let family: Family

  /// Refuses what is not known in config.json.
  ///
  /// - Parameters:
  ///   - whole: the file.
  ///   - text: its object of the text model, where there is one.
  ///   - reads: what was read.
  /// - Throws: `CheckpointError.unknownField`.
  func refuseOthers(in whole: JSONObject, text: JSONObject?, _ reads: ReadKeys) throws(CheckpointError) {
    try refuseOthers(in: whole, reads) { key in
      (text == nil ? nil : Self.besideText[key]) ?? family.harmless[key] ?? Self.common[key]
    }
    if let text { try refuseOthers(in: text, reads) { family.harmless[$0] ?? Self.common[$0] } }
  }

  private func refuseOthers(
    in object: JSONObject, _ reads: ReadKeys, _ rule: (String) -> Rule?
  ) throws(CheckpointError) {
    for (key, value) in object.values.sorted(by: { $0.key < $1.key }) where value != .null {
      let name = object.prefix + key
      if reads.contains(name) {
        // The objects of the rotary settings; that of the text model is looked at by itself.
        guard case .object(let members) = value, key.hasPrefix("rope_") || object.prefix.hasSuffix("rope_parameters.")
        else { continue }
        try refuseOthers(
          in: JSONObject(file: object.file, prefix: "\(name).", members), reads
        ) { Self.rotary[$0] }
      } else if rule(key)?.allows(value) != true {
        throw .unknownField(file: object.file, field: name, found: value.kind)
      }
    }
  }
}

extension HarmlessKeys {
  /// Keys of the rotary objects.
  static let rotary: [String: Rule] = [
    "type": .any("the older name of rope_type, which goes before it"),
    "original_max_position_embeddings": .any("read by the scalings that know an original context"),
    "finetuned": .any("says how the model was made"),
  ]

  /// Keys beside the text model's object, in a model that also sees images.
  static let besideText: [String: Rule] = {
    let images = [
      "vision_config", "mm_tokens_per_image", "image_token_index", "image_token_id", "boi_token_index",
      "boi_token_id", "eoi_token_index", "eoi_token_id", "projector_hidden_act", "vision_feature_layer",
      "vision_feature_select_strategy",
    ]
    var rules = Dictionary(uniqueKeysWithValues: images.map { ($0, Rule.any("no image is shown to the model")) })
    rules["tie_word_embeddings"] = .only([.bool(true)], "the text model's object says so, too")
    return rules
  }()

  /// Keys of every family.
  static let common: [String: Rule] = {
    var rules: [String: Rule] = [:]
    for (reason, keys) in groups {
      for key in keys { rules[key] = .any(reason) }
    }
    for (key, values, reason) in conditional { rules[key] = .only(values, reason) }
    return rules
  }()

  private static let groups: [(reason: String, keys: [String])] = [
    (
      "says what the file is or who wrote it",
      [
        "_name_or_path", "_commit_hash", "architectures", "auto_map", "model_type", "transformers_version",
        "transformers.js_config", "unsloth_version", "unsloth_fixed", "mergekit_version", "name_or_path",
        "finetuning_task", "task_specific_params", "tokenizer_class", "custom_pipelines", "license",
      ]
    ),
    (
      "the type of the numbers is that of the tensors, and sums are in float32",
      ["torch_dtype", "dtype", "use_bfloat16", "bf16", "fp16", "fp32"]
    ),
    (
      "read in training only",
      [
        "attention_dropout", "attention_probs_dropout_prob", "hidden_dropout", "hidden_dropout_prob", "resid_pdrop",
        "embd_pdrop", "summary_first_dropout", "classifier_dropout", "initializer_range", "initializer_factor",
        "gradient_checkpointing", "neftune_noise_alpha", "loss_type", "ignore_index",
      ]
    ),
    (
      "how the reference computes or what it returns, not what",
      [
        "use_cache", "attn_implementation", "_attn_implementation", "_attn_implementation_autoset",
        "_attn_implementation_internal", "_flash_attn_2_enabled", "flash_attention", "use_flash_attention",
        "use_flash_attn", "return_dict", "return_dict_in_generate", "output_attentions", "output_hidden_states",
        "output_scores", "torchscript", "tf_legacy_loss", "chunk_size_feed_forward", "remove_invalid_values",
        "cache_implementation", "use_return_dict", "base_model_tp_plan",
      ]
    ),
    (
      "how a text is generated, which the protocol decides",
      [
        "temperature", "top_k", "top_p", "min_p", "typical_p", "do_sample", "num_beams", "num_beam_groups",
        "num_return_sequences", "diversity_penalty", "early_stopping", "length_penalty", "repetition_penalty",
        "no_repeat_ngram_size", "encoder_no_repeat_ngram_size", "max_length", "min_length", "max_new_tokens",
        "bad_words_ids", "begin_suppress_tokens", "suppress_tokens", "exponential_decay_length_penalty",
        "forced_bos_token_id", "forced_eos_token_id", "generation_config", "prefix",
      ]
    ),
    (
      "ids that the tokenizer gives, or that no causal model needs",
      [
        "bos_token_id", "eos_token_id", "pad_token_id", "unk_token_id", "sep_token_id", "cls_token_id",
        "mask_token_id", "decoder_start_token_id", "bos_token", "eos_token", "pad_token",
      ]
    ),
    ("names of classes; a classifier's tensors are refused", ["id2label", "label2id", "num_labels", "problem_type"]),
    ("read by the rotary scalings that know an original context", ["original_max_position_embeddings"]),
    (
      "says how long the training texts were; the window is max_position_embeddings",
      ["max_sequence_length", "model_max_length", "tokenizer_model_max_length", "max_seq_len"]
    ),
  ]

  private static let conditional: [(key: String, values: [JSONValue], reason: String)] = [
    ("attention_bias", [.bool(false)], "the family has none"),
    ("mlp_bias", [.bool(false)], "the family has none"),
    ("is_decoder", [.bool(false), .bool(true)], "every model here is a decoder"),
    ("is_encoder_decoder", [.bool(false)], "no encoder"),
    ("add_cross_attention", [.bool(false)], "no encoder"),
    ("tie_encoder_decoder", [.bool(false)], "no encoder"),
    ("pruned_heads", [.object([])], "no head is left out"),
    ("use_bidirectional_attention", [.bool(false)], "every model here is causal"),
    ("partial_rotary_factor", [.integer(1), .number(1)], "the whole head is rotated"),
  ]
}
