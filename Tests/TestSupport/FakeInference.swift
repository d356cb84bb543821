public import Foundation
import Synchronization

/// A server whose model is a function of the prompt, in the ways of three kinds of servers.
public final class FakeInference: Sendable {
  /// Whose ways it has.
  public enum Kind: Sendable {
    case llamaServer, vLLM, sgLang, openAI
  }

  /// What a test turns.
  public struct Behaviour: Sendable {
    /// Whose ways it has.
    public var kind: Kind
    /// What it says its version is.
    public var version = "1.0"
    /// The id of its model.
    public var model = "m"
    /// The folder in which it says its model lies, with its separator.
    public var folder = "/srv/"
    /// What it says its context is.
    public var context = 4096
    /// The ids of a text.
    public var tokenize: @Sendable (String) -> [Int] = { Array($0.utf8).map { Int($0) } }
    /// The text of ids.
    public var detokenize: @Sendable ([Int]) -> String = {
      String(decoding: $0.filter { $0 < 256 }.map { UInt8($0) }, as: UTF8.self)
    }
    /// The id that ends a text.
    public var endToken = 256
    /// Prompt tokens that it says it did not read.
    public var dropped = 0
    /// OpenAI's echo gives nothing, as where it is ignored.
    public var ignoresEcho = false
    /// Scores are of the token before, as where BOS is missing.
    public var shiftsScores = false
    /// llama-server takes no grammar.
    public var refusesGrammar = false
    /// An answer in place of its own.
    public var override: @Sendable (FakeServer.Request) -> FakeServer.Reply? = { _ in nil }

    /// The ways of a kind.
    public init(_ kind: Kind) { self.kind = kind }
  }

  private let state: Mutex<Behaviour>

  /// A model with a behaviour.
  public init(_ behaviour: Behaviour) { state = Mutex(behaviour) }

  /// Changes how it behaves from here on.
  public func change(_ body: @Sendable (inout Behaviour) -> Void) { state.withLock { body(&$0) } }

  // MARK: The model

  private static func hash(_ tokens: [Int]) -> UInt64 {
    tokens.reduce(1_469_598_103_934_665_603) { ($0 ^ UInt64(truncatingIfNeeded: $1)) &* 1_099_511_628_211 }
  }

  /// The token that follows: a letter, or now and then the end.
  public static func next(_ tokens: [Int], banned: Set<Int> = [], end: Int = 256) -> Int {
    let value = hash(tokens) >> 17
    if value % 9 == 0, !banned.contains(end) { return end }
    return 97 + Int(value % 26)
  }

  /// The log-probability of a token after others.
  public static func logProbability(of token: Int, after tokens: [Int]) -> Double {
    -Double(1 + hash(tokens + [token]) >> 20 % 4000) / 1000
  }

  /// A greedy continuation, its end included.
  public static func continuation(
    _ tokens: [Int], count: Int, banned: Set<Int> = [], minimum: Int = 0, end: Int = 256
  ) -> [Int] {
    var made: [Int] = []
    while made.count < count {
      made.append(next(tokens + made, banned: made.count < minimum ? banned.union([end]) : banned, end: end))
      if made.last == end { break }
    }
    return made
  }

  // MARK: The routes

  /// The answer to a request.
  public func reply(_ request: FakeServer.Request) -> FakeServer.Reply {
    let behaviour = state.withLock { $0 }
    if let reply = behaviour.override(request) { return reply }
    let body = (try? JSONSerialization.jsonObject(with: Data(request.body.utf8))) as? [String: Any] ?? [:]
    guard let answer = answer(request.path, body, behaviour) else {
      return .json(#"{"error": {"message": "no such route"}}"#, status: 404)
    }
    let isError = answer["error"] != nil
    let data = (try? JSONSerialization.data(withJSONObject: answer)) ?? Data()
    return .json(String(decoding: data, as: UTF8.self), status: isError ? 400 : 200)
  }

  private func answer(_ path: String, _ body: [String: Any], _ b: Behaviour) -> [String: Any]? {
    switch (path, b.kind) {
    case ("/v1/models", _): return ["data": [models(b)]]
    case ("/props", .llamaServer):
      return [
        "default_generation_settings": ["n_ctx": b.context], "total_slots": 1, "model_path": "\(b.folder)m.gguf",
        "build_info": b.version, "chat_template": "x", "model_ftype": "Q8_0",
      ]
    case ("/version", .vLLM): return ["version": b.version]
    case ("/model_info", .sgLang): return ["model_path": "\(b.folder)m"]
    case ("/server_info", .sgLang): return ["version": b.version]
    case ("/tokenize", .llamaServer): return ["tokens": b.tokenize(body["content"] as? String ?? "")]
    case ("/tokenize", .vLLM), ("/tokenize", .sgLang): return ["tokens": b.tokenize(body["prompt"] as? String ?? "")]
    case ("/completion", .llamaServer): return completion(body, b)
    case ("/generate", .sgLang): return generate(body, b)
    case ("/v1/completions", .vLLM), ("/v1/completions", .openAI): return completions(body, b)
    case ("/v1/chat/completions", _): return chat(body, b)
    default: return nil
    }
  }

  private func models(_ b: Behaviour) -> [String: Any] {
    switch b.kind {
    case .llamaServer:
      ["id": b.model, "owned_by": "llamacpp", "meta": ["n_ctx_train": 1000, "n_params": 100, "size": 77]]
    case .vLLM: ["id": b.model, "owned_by": "vllm", "max_model_len": b.context, "root": "\(b.folder)m"]
    case .sgLang: ["id": b.model, "owned_by": "sglang", "max_model_len": b.context]
    case .openAI: ["id": b.model, "owned_by": "me", "max_model_len": b.context]
    }
  }

  private func scores(_ tokens: [Int], _ b: Behaviour) -> [Double] {
    let values = tokens.indices.dropFirst().map { Self.logProbability(of: tokens[$0], after: Array(tokens[..<$0])) }
    return b.shiftsScores ? [-1] + values.dropLast() : values
  }

  private func made(_ prompt: [Int], _ count: Int, _ body: [String: Any], _ b: Behaviour, minimum: Int = 0) -> [Int] {
    var banned: Set<Int> = []
    for entry in body["logit_bias"] as? [[Any]] ?? [] where entry.last as? Bool == false {
      if let id = entry.first as? Int { banned.insert(id) }
    }
    var tokens = Self.continuation(prompt, count: count, banned: banned, minimum: minimum, end: b.endToken)
    for stop in body["stop"] as? [String] ?? [] {
      for length in 1...max(1, tokens.count) where b.detokenize(Array(tokens.prefix(length))).contains(stop) {
        tokens = Array(tokens.prefix(length))
        break
      }
    }
    return tokens
  }

  private func completion(_ body: [String: Any], _ b: Behaviour) -> [String: Any] {
    let prompt = body["prompt"] as? [Int] ?? []
    let count = body["n_predict"] as? Int ?? 1
    guard prompt.count < b.context else {
      return ["error": ["message": "exceeds", "type": "exceed_context_size_error"]]
    }
    var tokens = made(prompt, count, body, b)
    if let grammar = body["grammar"] as? String {
      if b.refusesGrammar { return ["error": ["message": "failed to parse grammar"]] }
      tokens = grammar.split(whereSeparator: { !$0.isNumber }).compactMap { Int($0) }
    }
    for entry in body["logit_bias"] as? [[Any]] ?? [] {
      if let id = entry.first as? Int, let bias = entry.last as? Double, bias > 1000 { tokens = [id] }
    }
    var answer: [String: Any] = [
      "content": b.detokenize(tokens), "tokens": tokens, "truncated": false,
      "tokens_evaluated": prompt.count - b.dropped,
      "stop_type": tokens.last == b.endToken ? "eos" : tokens.count < count ? "word" : "limit",
    ]
    if body["n_probs"] != nil {
      answer["completion_probabilities"] = tokens.indices.map { index in
        [
          "id": tokens[index],
          "logprob": Self.logProbability(of: tokens[index], after: prompt + tokens[..<index]),
        ]
      }
    }
    return answer
  }

  private func completions(_ body: [String: Any], _ b: Behaviour) -> [String: Any] {
    let prompt = body["prompt"] as? [Int] ?? []
    let count = body["max_tokens"] as? Int ?? 16
    let tokens = made(prompt, max(count, b.kind == .vLLM ? 1 : 0), body, b, minimum: body["min_tokens"] as? Int ?? 0)
    var choice: [String: Any] = [
      "text": b.detokenize(tokens),
      "finish_reason": tokens.count == count && tokens.last != b.endToken ? "length" : "stop",
    ]
    if body["return_token_ids"] != nil { choice["token_ids"] = tokens }
    let values = tokens.indices.map { Self.logProbability(of: tokens[$0], after: prompt + tokens[..<$0]) }
    if body["logprobs"] != nil { choice["logprobs"] = ["token_logprobs": values] }
    if body["echo"] as? Bool == true, !b.ignoresEcho {
      choice["logprobs"] = ["token_logprobs": [NSNull()] + scores(prompt, b).map { $0 as Any }]
    }
    if body["prompt_logprobs"] != nil {
      choice["prompt_logprobs"] =
        [NSNull()]
        + zip(prompt.dropFirst(), scores(prompt, b)).map {
          ["\($0)": ["logprob": $1, "rank": 1], "0": ["logprob": -9]]
        }
    }
    return ["choices": [choice], "usage": ["prompt_tokens": prompt.count - b.dropped], "model": "m"]
  }

  private func generate(_ body: [String: Any], _ b: Behaviour) -> [String: Any] {
    let prompt = body["input_ids"] as? [Int] ?? []
    let sampling = body["sampling_params"] as? [String: Any] ?? [:]
    let count = sampling["max_new_tokens"] as? Int ?? 16
    let tokens = made(prompt, count, sampling, b, minimum: sampling["min_new_tokens"] as? Int ?? 0)
    let new = tokens.indices.map { [Self.logProbability(of: tokens[$0], after: prompt + tokens[..<$0]), tokens[$0]] }
    let old = zip(prompt.dropFirst(), scores(prompt, b)).map { [$1, $0, NSNull()] as [Any] }
    return [
      "text": b.detokenize(tokens), "output_ids": tokens,
      "meta_info": [
        "prompt_tokens": prompt.count - b.dropped, "output_token_logprobs": new,
        "input_token_logprobs": [[NSNull(), prompt.first ?? 0, NSNull()]] + old,
        "finish_reason": ["type": tokens.last == b.endToken || tokens.count < count ? "stop" : "length"],
      ] as [String: Any],
    ]
  }

  private func chat(_ body: [String: Any], _ b: Behaviour) -> [String: Any] {
    let messages = body["messages"] as? [[String: String]] ?? []
    let text = messages.map { "<\($0["role"] ?? "")>\($0["content"] ?? "")" }.joined()
    let prompt = b.tokenize(text)
    let tokens = made(prompt, body["max_tokens"] as? Int ?? 16, body, b)
    let reason = tokens.last == b.endToken ? "stop" : "length"
    return [
      "choices": [["message": ["role": "assistant", "content": b.detokenize(tokens)], "finish_reason": reason]],
      "usage": ["prompt_tokens": prompt.count - b.dropped],
    ]
  }
}

extension FakeServer {
  /// A server over a model of tests.
  public convenience init(_ model: FakeInference) throws { try self.init { model.reply($0) } }
}
