import JSON

extension Tokenizer {
  /// A tokenizer whose tokens are the bytes of a text: for models of which nobody has the tokenizer here.
  ///
  /// - Returns: the tokenizer; it has no BOS and no template, and every text survives it.
  /// - Throws: `TokenizerError`; never, unless the readers of tokenizers are at fault.
  public static func bytes() throws(TokenizerError) -> Tokenizer {
    var vocabulary: [String: JSONValue] = [:]
    for (byte, spelling) in ByteAlphabet.spellings.enumerated() {
      vocabulary[String(decoding: spelling, as: UTF8.self)] = .integer(byte)
    }
    let step: JSONValue = .object([
      "type": .string("ByteLevel"), "add_prefix_space": .bool(false), "trim_offsets": .bool(true),
      "use_regex": .bool(false),
    ])
    let file: JSONValue = .object([
      "version": .string("1.0"), "added_tokens": .array([]), "pre_tokenizer": step, "decoder": step,
      "model": .object(["type": .string("BPE"), "vocab": .object(vocabulary), "merges": .array([])]),
    ])
    let bytes = Array(file.written(.compact).utf8)
    return Tokenizer(core: try TokenizerCore(try TokenizerJSON.source(bytes.span, file: "the tokenizer of bytes")))
  }
}
