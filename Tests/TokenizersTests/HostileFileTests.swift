import TestSupport
import Testing
import Tokenizers

@Suite struct HostileFileTests {
  private static let json = TokenizerFilesTests.json

  private func error(_ bytes: [UInt8], _ name: String) throws -> TokenizerError? {
    let folder = try TemporaryFolder()
    let file = try folder.write(bytes, to: name)
    do {
      _ = try Tokenizer.load(modelPath: file)
      return nil
    } catch {
      #expect(error.description.contains(name), "the message names the file: \(error)")
      return error
    }
  }

  private func jsonError(_ old: String, _ new: String) throws -> TokenizerError? {
    #expect(Self.json.contains(old))
    return try error(Array(Self.json.replacing(old, with: new).utf8), "tokenizer.json")
  }

  // MARK: Truncation and damage

  @Test("a tokenizer.json cut anywhere is refused")
  func truncatedJSON() throws {
    let bytes = Array(Self.json.utf8)
    for length in 0..<bytes.count {
      #expect(try error(Array(bytes[..<length]), "tokenizer.json") != nil, "\(length) bytes")
    }
    #expect(try error(bytes, "tokenizer.json") == nil)
  }

  /// A SentencePiece model of a few pieces: spelled in protobuf by hand.
  private static let model: [UInt8] = {
    func piece(_ text: String, _ kind: UInt8, _ score: Float) -> [UInt8] {
      let bits = score.bitPattern
      let body =
        [0x0a, UInt8(text.utf8.count)] + Array(text.utf8) + [0x15]
        + (0..<4).map { UInt8(truncatingIfNeeded: bits >> (8 * UInt32($0))) } + [0x18, kind]
      return [0x0a, UInt8(body.count)] + body
    }
    let pieces =
      piece("<unk>", 2, 0) + piece("<s>", 3, 0) + piece("</s>", 3, 0) + piece("▁a", 1, -1) + piece("ab", 1, -2)
      + piece("▁", 1, -3) + piece("a", 1, -4) + piece("b", 1, -5)
    return pieces + [0x12, 0x02, 0x18, 0x02] + [0x1a, 0x02, 0x20, 0x00]
  }()

  @Test("a SentencePiece model cut anywhere is refused or is a smaller model, and never a crash")
  func truncatedModel() throws {
    let folder = try TemporaryFolder()
    let whole = try Tokenizer.load(modelPath: folder.write(Self.model, to: "tokenizer.model"))
    #expect(whole.encode("ab a", bos: .never) == [3, 7, 3])
    for length in 0..<Self.model.count {
      // Before the trainer's settings are complete the model type is the default, which is not BPE.
      let isRefused = try error(Array(Self.model[..<length]), "tokenizer.model") != nil
      #expect(isRefused || length >= Self.model.count - 4, "\(length) bytes")
    }
  }

  @Test("a GGUF file cut anywhere is refused")
  func truncatedGGUF() throws {
    let bytes = try Fixtures.bytes("gguf/byte-level.gguf")
    for length in stride(from: 0, to: bytes.count, by: 37) {
      #expect(try error(Array(bytes[..<length]), "model.gguf") != nil, "\(length) bytes")
    }
  }

  @Test("a key of a GGUF file that names an unknown rule is refused")
  func unknownGGUFKey() throws {
    let bytes = try Fixtures.bytes("gguf/sentencepiece.gguf")
    let known = Array("tokenizer.ggml.unknown_token_id".utf8)
    let start = try #require(bytes.indices.first { bytes[$0...].starts(with: known) })
    var changed = bytes
    changed.replaceSubrange(start..<start + known.count, with: Array("tokenizer.ggml.unheard_token_id".utf8))
    guard case .unsupported(_, "tokenizer.ggml.unheard_token_id", _, _)? = try error(changed, "model.gguf") else {
      Issue.record("an unknown key passed")
      return
    }
  }

  @Test("damaged bytes give an error or another tokenizer, and never a crash", arguments: 0..<12)
  func damage(seed: Int) throws {
    let files: [([UInt8], String)] = [
      (Array(Self.json.utf8), "tokenizer.json"), (Self.model, "tokenizer.model"),
      (try Fixtures.bytes("gguf/sentencepiece.gguf"), "model.gguf"),
    ]
    var random = SplitMix64(seed: UInt64(seed))
    let folder = try TemporaryFolder()
    for (bytes, name) in files {
      for _ in 0..<40 {
        var damaged = bytes
        for _ in 0..<Int.random(in: 1...4, using: &random) {
          let position = Int.random(in: 0..<damaged.count, using: &random)
          damaged[position] = UInt8.random(in: 0...255, using: &random)
        }
        guard let tokenizer = try? Tokenizer.load(modelPath: folder.write(damaged, to: name)) else { continue }
        let ids = tokenizer.encode("abc the <s> gate\u{7} 雪")
        #expect(ids.allSatisfy { 0..<tokenizer.vocabularySize ~= $0 })
        _ = tokenizer.decode(ids)
      }
    }
  }

  // MARK: Contradictions

  @Test("ids are unique, not negative and not absurd")
  func ids() throws {
    guard case .duplicate(_, "model.vocab['b']", "id 0 ('a' and 'b')")? = try jsonError(#""b":1"#, #""b":0"#) else {
      Issue.record("two tokens of one id passed")
      return
    }
    guard case .invalid(_, "model.vocab['b']", "an id from 0", "-1")? = try jsonError(#""b":1"#, #""b":-1"#) else {
      Issue.record("a negative id passed")
      return
    }
    guard case .tooLarge(_, "model.vocab['b']", 99_999_999, _)? = try jsonError(#""b":1"#, #""b":99999999"#) else {
      Issue.record("an absurd id passed")
      return
    }
    guard case .duplicate(_, "added_tokens[0].id", _)? = try jsonError(#""id":5"#, #""id":4"#) else {
      Issue.record("an added token took a token's id")
      return
    }
    guard case .duplicate(_, "added_tokens[0].id", _)? = try jsonError(#""content":"<s>""#, #""content":"abc""#) else {
      Issue.record("an added token has another id than the vocabulary gives it")
      return
    }
    guard case .duplicate(_, "model.vocab", _)? = try jsonError(#""b":1"#, #""b":1,"b":1"#) else {
      Issue.record("a token passed twice")
      return
    }
  }

  @Test("merges are two tokens that make a token")
  func merges() throws {
    for bad in [#""a x""#, #""b a""#, #""a""#, #""a b c""#, "7", #"["a"]"#, #"["a",1]"#, #"" b""#] {
      guard case .invalid(_, let field, _, _)? = try jsonError(#""ab c""#, bad) else {
        Issue.record("\(bad) passed")
        continue
      }
      #expect(field.contains("merge"))
    }
    #expect(try jsonError(#""ab c""#, #"["ab","c"]"#) == nil)
  }

  @Test(
    "what is not supported is named with what is",
    arguments: [
      (#""type":"BPE""#, #""type":"Unigram""#, "model.type"),
      (#""normalizer":null"#, #""normalizer":{"type":"Nmt"}"#, "normalizer.type"),
      (#""type":"ByteLevel","add_prefix_space":false"#, #""type":"UnicodeScripts""#, "pre_tokenizer.type"),
      (#""post_processor":null"#, #""post_processor":{"type":"X"}"#, "post_processor.type"),
      (#""decoder":{"type":"ByteLevel"}"#, #""decoder":{"type":"CTC"}"#, "decoder.type"),
      (#""type":"BPE""#, #""type":"BPE","dropout":0.1"#, "model.dropout"),
      (#""type":"BPE""#, #""type":"BPE","end_of_word_suffix":"</w>""#, "model.end_of_word_suffix"),
      (
        #""type":"ByteLevel","add_prefix_space":false"#,
        #""type":"Split","pattern":{"Regex":"(a)\\1"},"behavior":"Isolated""#, "pre_tokenizer.pattern.Regex"
      ),
      (
        #""normalizer":null"#, #""normalizer":{"type":"Replace","pattern":{"Regex":"a*"},"content":"b"}"#,
        "normalizer.pattern.Regex"
      ),
      (#""normalizer":null"#, #""normalizer":{"type":"NFC","form":"C"}"#, "normalizer.form"),
      (#""type":"BPE""#, #""type":"BPE","alphabet":"x""#, "model.alphabet"),
      (#""id":5"#, #""id":5,"color":"red""#, "added_tokens[0].color"),
      (#""normalizer":null"#, #""normalizer":null,"detokenizer":{}"#, "detokenizer"),
      (#""decoder":{"type":"ByteLevel"}"#, #""decoder":{"type":"Strip","content":" ","start":1}"#, "decoder.type"),
    ])
  func unsupported(old: String, new: String, field: String) throws {
    guard case .unsupported(_, field, _, _)? = try jsonError(old, new) else {
      Issue.record("\(new) passed")
      return
    }
  }

  @Test("steps that make a text very much longer are refused, and so are very many")
  func growth() throws {
    let growing = #"{"type":"Replace","pattern":{"String":"a"},"content":"aaaaaaaaaa"}"#
    func normalizers(_ step: String, _ count: Int) -> String {
      #""normalizer":{"type":"Sequence","normalizers":[\#(Array(repeating: step, count: count).joined(separator: ","))]}"#
    }
    #expect(try jsonError(#""normalizer":null"#, normalizers(growing, 1)) == nil)
    #expect(try jsonError(#""normalizer":null"#, normalizers(growing, 9)) != nil)
    #expect(try jsonError(#""normalizer":null"#, normalizers(#"{"type":"NFC"}"#, 256)) == nil)
    #expect(try jsonError(#""normalizer":null"#, normalizers(#"{"type":"NFC"}"#, 257)) != nil)
    #expect(try jsonError(#""normalizer":null"#, normalizers(#"{"type":"ByteLevel"}"#, 3)) != nil)
    #expect(try jsonError(#""normalizer":null"#, normalizers(#"{"type":"Prepend","prepend":"▁"}"#, 9)) != nil)
  }

  @Test(
    "keys of the files beside a tokenizer that nothing here obeys are refused by name",
    arguments: [
      ("tokenizer_config.json", #"{"split_special_tokens":true}"#, "split_special_tokens"),
      ("tokenizer_config.json", #"{"merge_rule":"longest"}"#, "merge_rule"),
      ("generation_config.json", #"{"suppress_tokens":[1]}"#, "suppress_tokens"),
      ("generation_config.json", #"{"forbidden_token_ids":[1]}"#, "forbidden_token_ids"),
      ("generation_config.json", #"{"answer_style":1}"#, "answer_style"),
      ("tokenizer_config.json", #"{"added_tokens_decoder":{"5":{"content":"<s>","weight":1}}}"#, "weight"),
    ])
  func unknownKeys(name: String, text: String, field: String) throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.json, to: "tokenizer.json")
    try folder.write(text, to: name)
    do {
      _ = try Tokenizer.load(modelPath: folder.path)
      Issue.record("\(text) passed")
    } catch {
      guard case .unsupported(_, let found, _, _) = error else {
        Issue.record("\(error)")
        return
      }
      #expect(found.contains(field))
    }
  }

  @Test(
    "JSON is read strictly",
    arguments: [
      "", "[]", "{", "{}", #"{"model":{}}"#, "{\"a\":\u{1}}", #"{"a":"\x"}"#, #"{"a":"\ud800"}"#, #"{"a":"\u12"}"#,
      "{\"a\":01}",
      #"{"a":1.}"#, #"{"a":1e}"#, #"{"a":-}"#, #"{"a":tru}"#, "{} {}", #"{"a" 1}"#, #"{"a":1,}"#, "[1,]",
      String(repeating: "[", count: 5000), "\u{feff}{", #"{"model":{"vocab":{"a":1.5},"merges":[]}}"#,
      #"{"model":{"vocab":{"a":0},"merges":{}}}"#, #"{"model":{"vocab":[],"merges":[]}}"#,
    ])
  func strictJSON(text: String) throws {
    #expect(try error(Array(text.utf8), "tokenizer.json") != nil)
  }

  @Test("bytes that are not UTF-8 are refused with their place")
  func brokenUTF8() throws {
    var bytes = Array(Self.json.utf8)
    bytes[20] = 0xc0
    let folder = try TemporaryFolder()
    let file = try folder.write(bytes, to: "tokenizer.json")
    #expect(throws: TokenizerError.malformed(file: file, offset: 20, expected: "UTF-8")) {
      try Tokenizer.load(modelPath: file)
    }
  }

  @Test("the files beside a tokenizer may not contradict it")
  func contradictions() throws {
    for (name, text) in [
      ("tokenizer_config.json", #"{"bos_token":7}"#), ("config.json", #"{"bos_token_id":7}"#),
      ("tokenizer_config.json", #"{"added_tokens_decoder":{"4":{"content":"<x>"}}}"#),
      ("tokenizer_config.json", #"{"added_tokens_decoder":{"9":{"content":"abc"}}}"#),
      ("added_tokens.json", #"{"<x>":"a"}"#),
      ("generation_config.json", #"{"eos_token_id":[6,70]}"#), ("config.json", #"{"eos_token_id":"a"}"#),
      ("tokenizer_config.json", #"{"add_bos_token":1}"#), ("special_tokens_map.json", "["),
    ] {
      let folder = try TemporaryFolder()
      try folder.write(Self.json, to: "tokenizer.json")
      try folder.write(text, to: name)
      #expect(throws: TokenizerError.self, "\(text)") { try Tokenizer.load(modelPath: folder.path) }
    }
  }

  @Test("a path without a tokenizer says what was looked for")
  func notFound() throws {
    let folder = try TemporaryFolder()
    #expect(throws: TokenizerError.notFound(path: folder.path, lookedFor: ["tokenizer.json", "tokenizer.model"])) {
      try Tokenizer.load(modelPath: folder.path)
    }
    let missing = "\(folder.path)/none.gguf"
    #expect(throws: TokenizerError.notFound(path: missing, lookedFor: [missing])) {
      try Tokenizer.load(modelPath: missing)
    }
  }

  @Test("a tiktoken rank table is named as such")
  func rankTable() throws {
    guard
      case .unsupported(_, "format", "tiktoken rank table", _)? = try error(
        Array("IQ== 0\nIg== 1\n".utf8), "tokenizer.model")
    else {
      Issue.record("a rank table passed")
      return
    }
  }

  @Test("a SentencePiece model of another kind is refused")
  func otherModels() throws {
    let settings: [([UInt8], String)] = [
      ([0x12, 0x02, 0x18, 0x01], "trainer_spec.model_type"),
      ([0x12, 0x05, 0x18, 0x02, 0xc0, 0x01, 0x01], "trainer_spec.treat_whitespace_as_suffix"),
      ([0x12, 0x02, 0x18, 0x02, 0x1a, 0x03, 0x12, 0x01, 0x00], "normalizer_spec.name"),
    ]
    for (bytes, field) in settings {
      guard case .unsupported(_, field, _, _)? = try error(Self.model + bytes, "tokenizer.model") else {
        Issue.record("\(field) passed")
        continue
      }
    }
    guard case .duplicate? = try error(Self.model + Self.model, "tokenizer.model") else {
      Issue.record("pieces passed twice")
      return
    }
  }
}
