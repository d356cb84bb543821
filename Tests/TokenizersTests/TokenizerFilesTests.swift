import TestSupport
import Testing
import Tokenizers

@Suite struct TokenizerFilesTests {
  /// Bytes a to c, two merges, two special tokens.
  static let json = """
    {"added_tokens":[{"id":5,"content":"<s>","special":true,"normalized":false},
    {"id":6,"content":"</s>","special":true,"normalized":false}],"normalizer":null,
    "pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false},"post_processor":null,
    "decoder":{"type":"ByteLevel"},
    "model":{"type":"BPE","vocab":{"a":0,"b":1,"c":2,"ab":3,"abc":4},"merges":["a b","ab c"]}}
    """

  private func load(_ json: String = json, config: String? = nil, _ others: [String: String] = [:]) throws -> Tokenizer
  {
    let folder = try TemporaryFolder()
    try folder.write(json, to: "tokenizer.json")
    if let config { try folder.write(config, to: "tokenizer_config.json") }
    for (name, text) in others { try folder.write(text, to: name) }
    return try Tokenizer.load(modelPath: folder.path)
  }

  // MARK: Roles

  @Test("a tokenizer without any word on BOS adds none")
  func noBOS() throws {
    let tokenizer = try load()
    #expect(tokenizer.encode("abcab") == [4, 3])
    #expect(tokenizer.bosToken == nil)
    #expect(!tokenizer.addsBOS && !tokenizer.addsEOS)
    #expect(tokenizer.encode("a", bos: .always) == [0])
  }

  @Test("BOS and EOS by the flags of tokenizer_config.json")
  func flags() throws {
    let tokenizer = try load(
      config: #"{"bos_token":"<s>","eos_token":{"content":"</s>"},"add_bos_token":true,"add_eos_token":true}"#)
    #expect(tokenizer.bosToken == 5 && tokenizer.eosToken == 6)
    #expect(tokenizer.encode("ab") == [5, 3, 6])
    #expect(tokenizer.encode("ab", bos: .never) == [3])
    #expect(tokenizer.encode("<s>ab") == [5, 3, 6], "a text that spells BOS does not get two")
    #expect(tokenizer.encode("") == [5, 6])
    #expect(tokenizer.decode([5, 4, 6]) == "abc")
    #expect(tokenizer.decode([5, 4, 6], skipSpecial: false) == "<s>abc</s>")
    #expect(tokenizer.isSpecial(5) && !tokenizer.isSpecial(4) && !tokenizer.isSpecial(99))
  }

  @Test(
    "classes that ignore the flags add nothing, and one that has its own idea of the first space gets it",
    arguments: ["PreTrainedTokenizerFast", "TokenizersBackend", "Qwen2Tokenizer", "BloomTokenizerFast"])
  func ignoredFlags(name: String) throws {
    let config = #"{"bos_token":"<s>","add_bos_token":true,"add_eos_token":true,"tokenizer_class":"\#(name)"}"#
    #expect(try load(config: config).encode("ab") == [3])
    let prefixed = Self.json.replacing(#""add_prefix_space":false"#, with: #""add_prefix_space":true"#)
      .replacing(#""abc":4"#, with: #""abc":4,"Ġ":7"#)
    #expect(try load(prefixed, config: config).encode("ab") == [7, 3])
    let own = #"{"tokenizer_class":"GPT2Tokenizer"}"#
    #expect(try load(prefixed, config: own).encode("ab") == [3])
  }

  @Test("flags count where the model type names a class that obeys them")
  func flagsByModelType() throws {
    let config = #"{"bos_token":"<s>","add_bos_token":true}"#
    #expect(try load(config: config, ["config.json": #"{"model_type":"llama"}"#]).encode("ab") == [5, 3])
    #expect(try load(config: config, ["config.json": #"{"model_type":"qwen2"}"#]).encode("ab") == [3])
  }

  @Test(
    "tokens that only the files beside declare special are found in texts, with the next ids where they are new",
    arguments: [
      (["tokenizer_config.json": #"{"eos_token":"abc","pad_token":"b"}"#], [2, 4, 1], 7),
      (["tokenizer_config.json": #"{"eos_token":{"content":"<x>","__type":"AddedToken"}}"#], [2, 4, 1, 7], 8),
      (["special_tokens_map.json": #"{"additional_special_tokens":["<x>","<y>"]}"#], [2, 4, 1, 7, 8], 9),
      (
        ["tokenizer_config.json": #"{"extra_special_tokens":{"image_token":"<y>"},"audio_token":"<x>"}"#],
        [2, 4, 1, 7, 8], 9
      ),
      (
        [
          "tokenizer_config.json":
            #"{"eos_token":"<y>","added_tokens_decoder":{"7":{"content":"<x>","special":true,"rstrip":true}}}"#
        ], [2, 4, 1, 7, 8], 9
      ),
      (["added_tokens.json": #"{"<x>":7}"#], [2, 4, 1, 7], 8),
    ])
  func declaredElsewhere(files: [String: String], ids: [Int], size: Int) throws {
    let tokenizer = try load(Self.json, config: nil, files)
    #expect(tokenizer.vocabularySize == size)
    let hasSecond = ids.last == 8
    #expect(tokenizer.encode(ids.count > 3 ? (hasSecond ? "cabcb<x><y>" : "cabcb<x>") : "cabcb") == ids)
  }

  @Test("special_tokens_map.json goes before tokenizer_config.json unless that lists its added tokens")
  func precedence() throws {
    let map = ["special_tokens_map.json": #"{"eos_token":"<s>"}"#]
    #expect(try load(Self.json, config: #"{"eos_token":"</s>"}"#, map).eosToken == 5)
    #expect(try load(Self.json, config: #"{"eos_token":"</s>","added_tokens_decoder":{}}"#, map).eosToken == 6)
  }

  @Test(
    "a key of special_tokens_map.json that is no token is refused by name where the file counts",
    arguments: [
      (#"{"eos_token":"<s>","frobnicate":1}"#, "frobnicate"), (#"{"add_bos_token":true}"#, "add_bos_token"),
      (#"{"split_special_tokens":false}"#, "split_special_tokens"), (#"{"image_token":7}"#, "image_token"),
      (#"{"tokenizer_class":"X"}"#, "tokenizer_class"),
    ])
  func unknownSpecialTokens(_ map: String, _ key: String) throws {
    let error = try #require(
      #expect(throws: TokenizerError.self) { try load(beside: ["special_tokens_map.json": map]) })
    guard case .unsupported(let file, key, _, _) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(file.hasSuffix("special_tokens_map.json"))
    // transformers does not read it beside a list of added tokens.
    _ = try load(Self.json, config: #"{"added_tokens_decoder":{}}"#, ["special_tokens_map.json": map])
  }

  @Test("tokens of any name and null are no unknown keys of special_tokens_map.json")
  func knownSpecialTokens() throws {
    let map =
      #"{"eos_token":{"content":"</s>","lstrip":false},"image_token":"abc","boi_token":null,"note":null,"#
      + #""additional_special_tokens":[],"extra_special_tokens":{}}"#
    #expect(try load(beside: ["special_tokens_map.json": map]).eosToken == 6)
  }

  @Test("a flag called like a token is refused in tokenizer_config.json, too")
  func flagAsToken() {
    #expect(throws: TokenizerError.self) { try load(config: #"{"drop_every_token":true}"#) }
  }

  @Test("what a lower layer says of a file is said once")
  func saidOnce() {
    let reason = "/m: cannot be read: it is not a regular file. Check the path and its permissions."
    #expect("\(TokenizerError.unreadable(file: "/m", reason: reason))" == reason)
    #expect("\(TokenizerError.unreadable(file: "/m", reason: "it is gone"))" == "/m: cannot be read: it is gone")
  }

  @Test("tokens beside swallowed white space count, and what follows them is text again")
  func whiteSpaceTokens() throws {
    let json = Self.json.replacing(
      #"{"id":6,"content":"</s>","special":true,"normalized":false}"#,
      with: #"{"id":6,"content":"</s>","rstrip":true},{"id":7,"content":"\n"},{"id":8,"content":"<l>","lstrip":true}"#)
    // From tokenizers 0.23.3: after `</s>` its white space is gone, but the line break in it counts.
    #expect(try load(json).encode("a</s> \n a \n <l>b") == [0, 6, 7, 0, 7, 8, 1])
  }

  @Test("`always` puts BOS where the checkpoint does not ask for it")
  func always() throws {
    let tokenizer = try load(config: #"{"bos_token":"<s>"}"#)
    #expect(tokenizer.encode("ab") == [3])
    #expect(tokenizer.encode("ab", bos: .always) == [5, 3])
    #expect(tokenizer.encode("<s>ab", bos: .always) == [5, 3])
  }

  @Test("a template of tokenizer.json goes before the flags, except for the classes that make it out of them")
  func templates() throws {
    let template =
      #"{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>","type_id":0}},"#
      + #"{"Sequence":{"id":"A","type_id":0}}],"special_tokens":{"<s>":{"id":"<s>","ids":[5],"tokens":["<s>"]}}}"#
    let json = Self.json.replacing(#""post_processor":null"#, with: #""post_processor":\#(template)"#)
    #expect(try load(json).encode("a") == [5, 0])
    #expect(try load(json).bosToken == 5)
    let config = #"{"bos_token":"<s>","add_bos_token":false,"tokenizer_class":"%"}"#
    #expect(try load(json, config: config.replacing("%", with: "PreTrainedTokenizerFast")).encode("a") == [5, 0])
    #expect(try load(json, config: config.replacing("%", with: "LlamaTokenizerFast")).encode("a") == [0])
  }

  @Test("tokens that end a generation come from every file that names one")
  func endTokens() throws {
    let tokenizer = try load(
      Self.json.replacing(
        #"{"id":6,"content":"</s>""#,
        with: #"{"id":7,"content":"<|im_end|>","special":true},{"id":6,"content":"</s>""#),
      config: #"{"eos_token":"</s>"}"#,
      ["generation_config.json": #"{"eos_token_id":[6,4]}"#, "config.json": #"{"eos_token_id":3}"#])
    #expect(tokenizer.endTokens == [3, 4, 6, 7])
    #expect(tokenizer.eosToken == 6)
    #expect(tokenizer.vocabularySize == 8)
  }

  @Test("roles come from special_tokens_map.json and config.json where tokenizer_config.json is silent")
  func otherRoles() throws {
    #expect(try load(beside: ["special_tokens_map.json": #"{"bos_token":"<s>"}"#]).bosToken == 5)
    #expect(try load(beside: ["config.json": #"{"bos_token_id":5}"#]).bosToken == 5)
    let null = try load(config: #"{"bos_token":null}"#, ["config.json": #"{"bos_token_id":5}"#])
    #expect(null.bosToken == nil)
  }

  private func load(beside others: [String: String]) throws -> Tokenizer { try load(Self.json, config: nil, others) }

  @Test("the chat template is the checkpoint's text, the one called default where there are several")
  func chatTemplates() throws {
    #expect(try load(config: #"{"chat_template":"x\ny"}"#).chatTemplate == "x\ny")
    let several = #"{"chat_template":[{"name":"tool","template":"t"},{"name":"default","template":"d"}]}"#
    #expect(try load(config: several).chatTemplate == "d")
    #expect(try load(config: several, ["chat_template.jinja": "j"]).chatTemplate == "j")
  }

  @Test("tokens that were added to a SentencePiece model count")
  func addedToModel() throws {
    let folder = try TemporaryFolder()
    try folder.write(try Fixtures.bytes("sentencepiece/tokenizer.model"), to: "tokenizer.model")
    let size = try Fixtures.load("sentencepiece").vocabularySize
    try folder.write(
      #"{"added_tokens_decoder":{"\#(size + 1)":{"content":"<|im_end|>","special":true,"lstrip":true}},"#
        + #""add_eos_token":true}"#,
      to: "tokenizer_config.json")
    try folder.write(#"{"<pad>":\#(size)}"#, to: "added_tokens.json")
    let tokenizer = try Tokenizer.load(modelPath: folder.path)
    #expect(tokenizer.vocabularySize == size + 2)
    #expect(tokenizer.encode("  <|im_end|><pad>") == [1, size + 1, size, 2])
    #expect(tokenizer.endTokens == [2, size + 1])
  }

  // MARK: Identity

  @Test("the identity changes with everything that changes ids, and with nothing else")
  func identity() throws {
    let reference = try load().identity
    #expect(reference.count == 64)
    #expect(try load().identity == reference)
    #expect(try load(config: #"{"chat_template":"x","eos_token":"</s>"}"#).identity == reference)
    let changes = [
      Self.json.replacing(#""ab c""#, with: #""ab c","b c""#).replacing(#""abc":4"#, with: #""abc":4,"bc":7"#),
      Self.json.replacing(#""add_prefix_space":false"#, with: #""add_prefix_space":true"#),
      Self.json.replacing(#""normalizer":null"#, with: #""normalizer":{"type":"NFC"}"#),
      Self.json.replacing(#""content":"<s>","special":true"#, with: #""content":"<s>","special":true,"lstrip":true"#),
      Self.json.replacing(#""type":"BPE""#, with: #""type":"BPE","ignore_merges":true"#),
      Self.json.replacing(#""a":0,"b":1"#, with: #""a":1,"b":0"#),
    ]
    var identities: Set<String> = [reference]
    for change in changes { identities.insert(try load(change).identity) }
    identities.insert(try load(config: #"{"bos_token":"<s>"}"#).identity)
    identities.insert(try load(config: #"{"bos_token":"<s>","add_bos_token":true}"#).identity)
    #expect(identities.count == changes.count + 3)
  }

  // MARK: Vocabulary

  @Test("tokens are found by id and by text")
  func lookup() throws {
    let tokenizer = try load()
    #expect(tokenizer.token(4) == "abc" && tokenizer.id(of: "abc") == 4)
    #expect(tokenizer.token(5) == "<s>" && tokenizer.id(of: "<s>") == 5)
    #expect(tokenizer.token(-1) == nil && tokenizer.token(7) == nil && tokenizer.id(of: "x") == nil)
  }

  @Test("an id without a token has no text and decodes to nothing")
  func holes() throws {
    let tokenizer = try load(Self.json.replacing(#"{"id":6,"#, with: #"{"id":9,"#))
    #expect(tokenizer.vocabularySize == 10)
    #expect(tokenizer.token(7) == nil)
    #expect(tokenizer.decode([0, 7, 1]) == "ab")
  }

  @Test("rules of generation_config.json for greedy decoding are said, with sampling's and neutral ones passed over")
  func greedyRules() throws {
    let text = #"""
      {"do_sample":true,"temperature":0.6,"top_p":0.9,"repetition_penalty":1.05,"num_beams":1,"min_length":0,
      "no_repeat_ngram_size":3,"stop_strings":null,"max_length":20,"transformers_version":"5","suppress_tokens":[]}
      """#
    let notes = try load(Self.json, ["generation_config.json": text]).notes
    #expect(notes.count == 2)
    #expect(notes.contains { $0.contains("repetition_penalty 1.05") && $0.contains("greedy") })
    #expect(notes.contains { $0.contains("no_repeat_ngram_size 3") })
    #expect(try load().notes == [])
    #expect(try load(Self.json, ["generation_config.json": text]).identity == load().identity)
  }
}
