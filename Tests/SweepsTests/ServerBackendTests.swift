import Evaluation
import Foundation
import Positions
import Synchronization
import TestSupport
import Testing
import Tokenizers

@testable import Backends

/// A server of tests with a backend that asks it.
struct ServedModel {
  let inference: FakeInference
  let server: FakeServer
  let backend: ServerBackend
  let specification: ModelSpecification
  private let folder: TokenizerFolder

  init(
    _ kind: FakeInference.Kind, _ more: (inout ServerSpecification) -> Void = { _ in },
    behaviour change: @Sendable (inout FakeInference.Behaviour) -> Void = { _ in }, variables: [String: String] = [:]
  ) throws {
    var behaviour = FakeInference.Behaviour(kind)
    change(&behaviour)
    inference = FakeInference(behaviour)
    server = try FakeServer(inference)
    folder = try TokenizerFolder()
    var named = ServerSpecification(url: server.url)
    named.timeout = 30
    more(&named)
    specification = ModelSpecification(name: "m", path: folder.path, server: named)
    backend = ServerBackend(variables: variables, pause: { _, _ in })
  }

  func run(_ requests: [Request], isCancelled: @escaping () -> Bool = { false }) throws -> [Result<
    Answer, RequestFailure
  >] {
    let model = try load()
    return try model.run(
      requests.map { ModelRequest($0, text: "text") }, method: .plain, isCancelled: isCancelled, onProgress: { _ in })
  }

  func outcome(_ request: Request) throws -> Outcome { try run([request])[0].get().outcome }

  func load() throws -> any LoadedModel { try backend.load(specification, hashes: NoHashes()) }
}

struct NoHashes: FileHashCache {
  func hash(ofFile path: String, byteCount: Int, modified: Double) -> String? { nil }
  func remember(_ hash: String, ofFile path: String, byteCount: Int, modified: Double) {}
}

private let kinds: [FakeInference.Kind] = [.llamaServer, .vLLM, .sgLang, .openAI]
private let prompt = Array("What now? ".utf8).map { Int($0) }

private func text(_ tokens: [Int]) -> String { String(decoding: tokens.map { UInt8($0) }, as: UTF8.self) }

@Suite struct ServerBackendTests {
  /// The identity of what a server of tests serves.
  private func hash(
    _ kind: FakeInference.Kind, id: String = "m", folder: String = "/srv/", weights: String? = nil
  ) throws -> String? {
    let served = try ServedModel(kind, { $0.weights = weights }) {
      ($0.model, $0.folder) = (id, folder)
    }
    let hash = try served.load().modelHash
    let environment = served.backend.environment.values.joined()
    #expect(!environment.isEmpty)
    for part in ["home", "ann", "run1"] { #expect(!environment.contains(part)) }
    return hash
  }

  @Test("models whose paths end alike are two, and no folder of the server's machine is shown", arguments: kinds)
  func modelPath(_ kind: FakeInference.Kind) throws {
    let ids = [
      "m.gguf", "/home/a/m.gguf", "/home/run1/m.gguf", "./m.gguf", "~/m.gguf", "C:\\Users\\ann\\m.gguf",
      "C:/ann/m.gguf", "home/run1/m.gguf", "owner/m.gguf", "other/m.gguf", "owner/name", "name",
    ]
    #expect(try Set(ids.map { try hash(kind, id: $0) }).count == ids.count)
    // The same is the same.
    #expect(try hash(kind, id: ids[1]) == hash(kind, id: ids[1]))
    guard kind != .openAI else { return }
    let folders = ["/srv/", "/home/run1/", "C:\\Users\\ann\\"]
    #expect(try Set(folders.map { try hash(kind, folder: $0) }).count == folders.count)
  }

  @Test("where somebody says which weights are served, it does not count in which folder", arguments: kinds)
  func movedModel(_ kind: FakeInference.Kind) throws {
    func hash(_ folder: String, _ weights: Character) throws -> String? {
      try self.hash(
        kind, id: folder + "m.gguf", folder: folder, weights: String(repeating: String(weights), count: 64))
    }
    #expect(try hash("/home/a/", "a") == hash("C:\\Users\\ann\\", "a"))
    #expect(try hash("/home/a/", "a") != hash("/home/a/", "b"))
  }

  @Test("the names of served models and files")
  func servedNames() {
    for (text, shown) in [
      ("C:\\Users\\ann\\m.gguf", "m.gguf"), ("\\\\host\\ann\\m", "m"), ("/ft/run1/model/", "model"),
      ("owner/X.gguf", "owner/X.gguf"), ("owner/name", "owner/name"), ("a/b/c.gguf", "c.gguf"),
      ("accounts/x/models/y", "accounts/x/models/y"), ("/", "/"),
    ] { #expect(ServedName(text).shown == shown) }
    #expect(ServedName("models/m.gguf", isFile: true).shown == "m.gguf")
    #expect(ServedName("m.gguf", isFile: true).pathHash == nil && ServedName("/m.gguf").pathHash?.count == 12)
  }

  @Test("the kind of a server is found out", arguments: zip(kinds, ServerKind.allCases))
  func discovery(kind: FakeInference.Kind, expected: ServerKind) throws {
    let served = try ServedModel(kind)
    let report = try ServerReport(
      of: #require(served.specification.server), variables: [:],
      tokenizer: served.backend.tokenizer(of: served.specification))
    #expect(report.profile.kind == expected)
    #expect(report.profile.context == 4096)
    #expect(report.abilities?.takesTokens == true)
    #expect(report.abilities?.comparesChoices == true)
    #expect(report.abilities?.scoresTexts == (expected != .llamaServer))
    #expect(report.abilities?.hasComparedTokenizer == (expected != .openAI))
  }

  @Test("a greedy answer ends where the engine would end it", arguments: kinds)
  func generation(kind: FakeInference.Kind) throws {
    let served = try ServedModel(kind)
    for start in 0..<12 {
      let prompt = prompt + [97 + start]
      let made = FakeInference.continuation(prompt, count: 10)
      let isEnded = made.last == 256
      let expected = isEnded ? Array(made.dropLast()) : made
      #expect(
        try served.outcome(.generate(tokens: prompt, maxNewTokens: 10))
          == .generation(tokens: expected, text: text(expected), finishReason: isEnded ? .endOfText : .length))
    }
  }

  @Test("a stop text is cut off with all behind it, and a stop token ends without being part of it", arguments: kinds)
  func stops(kind: FakeInference.Kind) throws {
    let served = try ServedModel(kind)
    let start = try #require(
      (97...122).first { start in
        let made = FakeInference.continuation(prompt + [start], count: 8)
        return made.count == 8 && made.last != 256
      })
    let made = FakeInference.continuation(prompt + [start], count: 8)
    let stop = text(Array(made[2...3]))
    let first = try #require(text(made).firstRange(of: stop)).lowerBound
    let count = text(made)[..<first].utf8.count
    #expect(
      try served.outcome(.generate(tokens: prompt + [start], maxNewTokens: 8, stopTexts: [stop]))
        == .generation(
          tokens: Array(made.prefix(count + (kind == .openAI ? 0 : 2))), text: text(Array(made.prefix(count))),
          finishReason: .stop))
    guard kind != .openAI else { return }
    let end = try #require(made.firstIndex(of: made[3]))
    #expect(
      try served.outcome(.generate(tokens: prompt + [start], maxNewTokens: 8, stopTokens: [made[3]]))
        == .generation(tokens: Array(made[..<end]), text: text(Array(made[..<end])), finishReason: .stop))
  }

  @Test(
    "an end that comes too early gives way to the next best token", arguments: [FakeInference.Kind.llamaServer, .vLLM])
  func minimum(kind: FakeInference.Kind) throws {
    let served = try ServedModel(kind)
    let start = try #require((97...122).first { FakeInference.next(prompt + [$0]) == 256 })
    let made = FakeInference.continuation(prompt + [start], count: 4, minimum: 2)
    let expected = made.last == 256 ? Array(made.dropLast()) : made
    try #require(expected.count >= 2)
    guard
      case .generation(let tokens, _, _) = try served.outcome(
        .generate(tokens: prompt + [start], maxNewTokens: 4, minNewTokens: 2))
    else { return #expect(Bool(false), "no generation") }
    #expect(tokens == expected)
  }

  @Test("texts are scored where the server can", arguments: [FakeInference.Kind.vLLM, .sgLang, .openAI])
  func scores(kind: FakeInference.Kind) throws {
    let served = try ServedModel(kind)
    let expected = prompt.indices.dropFirst().map {
      Float(FakeInference.logProbability(of: prompt[$0], after: Array(prompt[..<$0])))
    }
    #expect(try served.outcome(.score(tokens: prompt)) == .logProbabilities(expected))
  }

  @Test(
    "given answers are compared, on llama-server by force, token by token where it takes no grammar", arguments: kinds)
  func choices(kind: FakeInference.Kind) throws {
    for refusesGrammar in [false, true] {
      let served = try ServedModel(kind, behaviour: { $0.refusesGrammar = refusesGrammar })
      let answers = [[97], [98, 99, 100]]
      let expected = answers.map { answer in
        answer.indices.map {
          Float(FakeInference.logProbability(of: answer[$0], after: prompt + answer[..<$0]))
        }
      }
      #expect(
        try served.outcome(.choices(prefix: prompt, continuations: answers)) == .choiceLogProbabilities(expected))
    }
  }

  @Test("an echo that is ignored, and scores that are shifted by one, are found out")
  func probes() throws {
    for change: @Sendable (inout FakeInference.Behaviour) -> Void in [
      { $0.ignoresEcho = true }, { $0.shiftsScores = true },
    ] {
      let served = try ServedModel(.openAI, behaviour: change)
      let capabilities = try served.backend.capabilities(of: served.specification)
      #expect(!capabilities.scoresTexts && !capabilities.comparesChoices && capabilities.takesTokens)
      #expect(capabilities.reasons.contains { $0.hasPrefix("no log-probabilities of a text") })
    }
  }

  @Test("a server with another tokenizer is refused, with the ids of both")
  func otherTokenizer() throws {
    let served = try ServedModel(.vLLM, behaviour: { $0.tokenize = { $0.utf8.map { Int($0) + 1 } } })
    #expect { try served.backend.facts(of: served.specification) } throws: { error in
      "\(error)".contains("tokenizer is not the one of server.tokenizer")
    }
  }

  @Test("a prompt of which the server drops tokens has no answer")
  func truncation() throws {
    let served = try ServedModel(.vLLM)
    let model = try served.load()
    served.inference.change { $0.dropped = 3 }
    let answers = try model.run(
      [ModelRequest(.generate(tokens: prompt, maxNewTokens: 3), text: "")], method: .plain, isCancelled: { false },
      onProgress: { _ in })
    #expect { try answers[0].get() } throws: { "\($0)".contains("the server read 7 tokens of a prompt of 10") }
    let before = try ServedModel(.openAI, behaviour: { $0.dropped = 1 })
    #expect(try before.backend.capabilities(of: before.specification).takesTokens == false)
  }

  @Test("chat: server sends messages, and takes a null answer for none")
  func messages() throws {
    let served = try ServedModel(
      .vLLM,
      { server in
        server.usesServerTemplate = true
        server.system = "Be brief."
      })
    let all = Array("<system>Be brief.<user>text".utf8).map { Int($0) }
    let made = FakeInference.continuation(all, count: 5)
    let expected = made.last == 256 ? Array(made.dropLast()) : made
    guard case .generation(_, let answer, _) = try served.outcome(.generate(tokens: [1, 2], maxNewTokens: 5)) else {
      return #expect(Bool(false), "no generation")
    }
    #expect(answer == text(expected))
    served.inference.change { behaviour in
      behaviour.override = { request in
        request.path == "/v1/chat/completions"
          ? .json(#"{"choices": [{"message": {"content": null}, "finish_reason": "length"}]}"#) : nil
      }
    }
    #expect { try served.outcome(.generate(tokens: [1, 2], maxNewTokens: 5)) } throws: {
      "\($0)".contains("null or missing")
    }
  }

  @Test("chat: server sends the turns of a conversation, and the beginning of its answer where that is gone on with")
  func turns() throws {
    let turns = [Message(.user, "One?"), Message(.assistant, "1"), Message(.user, "Two?")]
    for (kind, last) in zip(
      kinds,
      [
        #"{"content":"It is","role":"assistant"}]"#, #"{"content":"It is","role":"assistant"}]"#,
        #"{"content":"It is","role":"assistant"}]"#, #"{"content":"Two?It is","role":"user"}]"#,
      ])
    {
      let served = try ServedModel(
        kind,
        { server in
          server.usesServerTemplate = true
          server.system = "Be brief."
        })
      let model = try served.load()
      func ask(_ conversation: Conversation) throws -> String {
        let request = ModelRequest(
          .generate(tokens: [1, 2], maxNewTokens: 3), text: "never sent", conversation: conversation)
        _ = try model.run([request], method: .plain, isCancelled: { false }, onProgress: { _ in })[0].get()
        return try #require(served.server.requests.last).body
      }
      let all =
        #"{"content":"Be brief.","role":"system"},{"content":"One?","role":"user"},"#
        + #"{"content":"1","role":"assistant"},"#
      let body = try ask(Conversation(turns))
      #expect(body.contains(all + #"{"content":"Two?","role":"user"}]"#) && !body.contains("never sent"))
      let begun = try ask(Conversation(turns, answerStart: "It is"))
      #expect(begun.contains(last))
      #expect(begun.contains(#""continue_final_message":true"#) == (kind == .vLLM || kind == .sgLang))
      // A system message of its own takes the place of the configuration's.
      #expect(try !ask(Conversation([Message(.system, "Own.")] + turns)).contains("Be brief."))
    }
  }

  @Test("messages of which the server counts fewer tokens than they have were cut")
  func cutMessages() throws {
    let served = try ServedModel(.vLLM, { $0.usesServerTemplate = true })
    let model = try served.load()
    served.inference.change { $0.dropped = 40 }
    let long = Message(.user, String(repeating: "word ", count: 10))
    let answers = try model.run(
      [ModelRequest(.generate(tokens: [1], maxNewTokens: 3), text: "", conversation: Conversation([long]))],
      method: .plain, isCancelled: { false }, onProgress: { _ in })
    #expect { try answers[0].get() } throws: { "\($0)".contains("it was cut") }
  }

  @Test("without a tokenizer here a server is sent messages, and bytes are counted")
  func withoutTokenizer() throws {
    let served = try ServedModel(.openAI, { $0.usesServerTemplate = true })
    var named = served.specification
    named.path = ""
    #expect(served.backend.inventory(of: named).missing.isEmpty)
    #expect(try served.backend.tokenizer(of: named).encode("né") == [110, 195, 169])
    let capabilities = try served.backend.capabilities(of: named)
    #expect(capabilities.takesTokens && !capabilities.comparesChoices && capabilities.longestSequence == nil)
    #expect(try served.backend.notes(on: named).contains { $0.hasPrefix("no tokenizer of the model was here") })
    let model = try served.backend.load(named, hashes: NoHashes())
    let answers = try model.run(
      [ModelRequest(.generate(tokens: [110], maxNewTokens: 3), text: "n")], method: .plain, isCancelled: { false },
      onProgress: { _ in })
    guard case .generation = try answers[0].get().outcome else { return #expect(Bool(false), "no generation") }
  }

  @Test("several requests at a time come back in their order", arguments: kinds)
  func concurrency(kind: FakeInference.Kind) throws {
    let served = try ServedModel(kind, { $0.concurrency = 5 })
    let requests = (0..<23).map { Request.generate(tokens: prompt + [$0], maxNewTokens: 3) }
    let one = try ServedModel(kind)
    #expect(try served.run(requests).map { try $0.get().outcome } == one.run(requests).map { try $0.get().outcome })
    #expect(try served.load().modelHash != one.load().modelHash)
  }

  @Test("what a server is identifies its results; where it is does not")
  func identity() throws {
    let first = try ServedModel(.vLLM)
    let same = try ServedModel(.vLLM)
    #expect(try first.load().modelHash == same.load().modelHash)
    let changes: [@Sendable (inout FakeInference.Behaviour) -> Void] = [{ $0.version = "1.1" }, { $0.context = 2048 }]
    for change in changes {
      #expect(try ServedModel(.vLLM, behaviour: change).load().modelHash != first.load().modelHash)
    }
    let weights = String(repeating: "a", count: 64)
    for change: (inout ServerSpecification) -> Void in [
      { $0.label = "yarn x4" }, { $0.weights = weights }, { $0.usesServerTemplate = true },
    ] {
      #expect(try ServedModel(.vLLM, change).load().modelHash != first.load().modelHash)
    }
    #expect(try first.backend.notes(on: first.specification).contains { $0.hasPrefix("unverified weights") })
    let vouched = try ServedModel(.vLLM, { $0.weights = weights })
    #expect(try !vouched.backend.notes(on: vouched.specification).contains { $0.hasPrefix("unverified weights") })
    try first.load().verify()
    let model = try first.load()
    first.inference.change { $0.version = "2.0" }
    #expect { try model.verify() } throws: { "\($0)".contains("version was 1.0 and is 2.0") }
  }
}
