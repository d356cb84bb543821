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
      (#""type":"ByteLevel","add_prefix_space":false"#, #""type":"BertPreTokenizer""#, "pre_tokenizer.type"),
      (#""post_processor":null"#, #""post_processor":{"type":"X"}"#, "post_processor.type"),
      (#""decoder":{"type":"ByteLevel"}"#, #""decoder":{"type":"CTC"}"#, "decoder.type"),
      (#""type":"BPE""#, #""type":"BPE","dropout":0.1"#, "model.dropout"),
      (#""type":"BPE""#, #""type":"BPE","end_of_word_suffix":"</w>""#, "model.end_of_word_suffix"),
      (
        #""type":"ByteLevel","add_prefix_space":false"#,
        #""type":"Split","pattern":{"Regex":"(?<=a)b"},"behavior":"Isolated""#, "pre_tokenizer.pattern.Regex"
      ),
    ])
  func unsupported(old: String, new: String, field: String) throws {
    guard case .unsupported(_, field, _, _)? = try jsonError(old, new) else {
      Issue.record("\(new) passed")
      return
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
      ("tokenizer_config.json", #"{"bos_token":"<x>"}"#), ("config.json", #"{"bos_token_id":7}"#),
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
