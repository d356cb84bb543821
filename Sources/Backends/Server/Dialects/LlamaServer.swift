import Evaluation
import JSON

/// llama.cpp's server: its own `/completion`, which takes and gives ids.
struct LlamaServer: ServerDialect {
  let model: String
  var keepsMinimum: Bool { false }
  var answerBeginning: AnswerBeginning? { .byItself }

  private static let fields = [
    "content", "tokens", "stop_type", "truncated", "tokens_evaluated", "completion_probabilities",
  ]

  private func body(_ prompt: [Int], count: Int) -> [String: JSONValue] {
    [
      "prompt": .array(prompt.map { .integer($0) }), "n_predict": .integer(count), "temperature": .integer(0),
      "seed": .integer(1), "cache_prompt": .bool(false), "return_tokens": .bool(true),
      "response_fields": .array(Self.fields.map { .string($0) }),
    ]
  }

  func generate(_ query: GenerationQuery, _ call: ServerCall) throws(ServerFailure) -> GenerationReply {
    let prompt: [Int]
    switch query.prompt {
    case .messages(let conversation): return try chat(query, conversation, call)
    case .tokens(let tokens): prompt = tokens
    }
    var body = body(prompt, count: query.maxNewTokens)
    if !query.stopTexts.isEmpty { body["stop"] = .array(query.stopTexts.map { .string($0) }) }
    if query.wantsLogProbabilities { body["n_probs"] = .integer(1) }
    if !query.banned.isEmpty {
      body["logit_bias"] = .array(query.banned.map { .array([.integer($0), .bool(false)]) })
    }
    let answer = try call.post("/completion", body)
    guard answer["truncated"]?.flag != true else {
      throw .request("the slot's context was full before the answer ended; see -c and -np of llama-server")
    }
    guard let tokens = answer["tokens"]?.integers else { throw .request("the answer has no tokens") }
    let ending: FinishReason
    switch answer["stop_type"]?.text {
    case "limit": ending = .length
    case "word": ending = .stop
    case "eos": ending = .endOfText
    case let other: throw .request("the answer's stop_type is '\(other ?? "null")'")
    }
    var reply = GenerationReply(
      tokens: tokens, text: answer["content"]?.text, ending: ending,
      promptTokenCount: answer["tokens_evaluated"]?.number.map { Int($0) })
    if query.wantsLogProbabilities { reply.logProbabilities = try probabilities(answer).map(\.value) }
    return reply
  }

  private func probabilities(_ answer: JSONValue) throws(ServerFailure) -> [(id: Int, value: Double)] {
    var result: [(id: Int, value: Double)] = []
    for entry in answer["completion_probabilities"]?.elements ?? [] {
      guard let id = entry["id"]?.number else { throw .request("a log-probability has no id") }
      result.append((Int(id), try probability(entry["logprob"])))
    }
    return result
  }

  func score(_ tokens: [Int], _ call: ServerCall) throws(ServerFailure) -> [Float] {
    throw .request("llama-server gives no log-probabilities of a prompt")
  }

  /// Forces the tokens: what it reports of each is its log-probability before it was forced.
  func score(_ continuation: [Int], after prefix: [Int], _ call: ServerCall) throws(ServerFailure) -> [Float] {
    var body = body(prefix, count: continuation.count)
    body["n_probs"] = .integer(1)
    body["grammar"] = .string("root ::= " + continuation.map { "<[\($0)]>" }.joined(separator: " "))
    do throws(ServerFailure) {
      let answer = try call.post("/completion", body)
      let found = try probabilities(answer)
      if found.map(\.id) == continuation { return found.map { Float($0.value) } }
    } catch {
      guard case .request = error else { throw error }
    }
    // Ends of generation and halves of characters are in no grammar: each on its own, pushed before all others.
    var values: [Float] = []
    for index in continuation.indices {
      let token = continuation[index]
      var body = self.body(prefix + continuation[..<index], count: 1)
      body["n_probs"] = .integer(1)
      body["logit_bias"] = .array([.array([.integer(token), .number(1e6)])])
      let found = try probabilities(try call.post("/completion", body))
      guard found.count == 1, found[0].id == token else {
        throw .request("llama-server could not be made to say the token \(token)")
      }
      values.append(Float(found[0].value))
    }
    return values
  }

  func tokenize(_ text: String, _ call: ServerCall) throws(ServerFailure) -> [Int]? {
    let answer = try call.post(
      "/tokenize", ["content": .string(text), "add_special": .bool(false), "parse_special": .bool(false)])
    return answer["tokens"]?.integers
  }
}
