import JSON

/// Any server with OpenAI's `/v1/completions`.
struct OpenAIServer: ServerDialect {
  let model: String
  var keepsMinimum: Bool { false }
  var answerBeginning: AnswerBeginning? { nil }

  func generate(_ query: GenerationQuery, _ call: ServerCall) throws(ServerFailure) -> GenerationReply {
    switch query.prompt {
    case .messages(let conversation): return try chat(query, conversation, call)
    case .tokens(let tokens):
      var body = OpenAIAnswer.body(query, model: model)
      body["prompt"] = .array(tokens.map { .integer($0) })
      if query.wantsLogProbabilities { body["logprobs"] = .integer(1) }
      let answer = try call.post("/v1/completions", body)
      let choice = answer["choices"]?.elements?.first
      var reply = try OpenAIAnswer.reply(answer, text: choice?["text"], query)
      if query.wantsLogProbabilities {
        reply.logProbabilities = try values(choice?["logprobs"]?["token_logprobs"])
      }
      return reply
    }
  }

  private func values(_ list: JSONValue?) throws(ServerFailure) -> [Double] {
    var result: [Double] = []
    for value in list?.elements ?? [] { result.append(try probability(value)) }
    return result
  }

  /// By echo: the prompt comes back with what the model thinks of it.
  func score(_ tokens: [Int], _ call: ServerCall) throws(ServerFailure) -> [Float] {
    let answer = try call.post(
      "/v1/completions",
      [
        "model": .string(model), "prompt": .array(tokens.map { .integer($0) }), "max_tokens": .integer(0),
        "echo": .bool(true), "logprobs": .integer(1), "temperature": .integer(0),
      ])
    guard let list = answer["choices"]?.elements?.first?["logprobs"]?["token_logprobs"]?.elements,
      list.count == tokens.count, list.first == .null
    else { throw .request("the answer has no log-probability for each token of the prompt") }
    return try values(.array(Array(list.dropFirst()))).map { Float($0) }
  }

  func tokenize(_ text: String, _ call: ServerCall) throws(ServerFailure) -> [Int]? { nil }
}
