import JSON

/// vLLM: OpenAI's routes with ids in and out, and log-probabilities of the prompt.
struct VLLM: ServerDialect {
  let model: String
  var keepsMinimum: Bool { true }
  var answerBeginning: AnswerBeginning? { .onRequest }

  func generate(_ query: GenerationQuery, _ call: ServerCall) throws(ServerFailure) -> GenerationReply {
    switch query.prompt {
    case .messages(let conversation): return try chat(query, conversation, call)
    case .tokens(let tokens):
      var body = OpenAIAnswer.body(query, model: model)
      body["prompt"] = .array(tokens.map { .integer($0) })
      body["return_token_ids"] = .bool(true)
      if !query.endTokens.isEmpty { body["stop_token_ids"] = .array(query.endTokens.map { .integer($0) }) }
      if query.minNewTokens > 0 { body["min_tokens"] = .integer(query.minNewTokens) }
      if query.wantsLogProbabilities { body["logprobs"] = .integer(1) }
      let answer = try call.post("/v1/completions", body)
      let choice = answer["choices"]?.elements?.first
      var reply = try OpenAIAnswer.reply(answer, text: choice?["text"], query)
      if query.wantsLogProbabilities {
        for value in choice?["logprobs"]?["token_logprobs"]?.elements ?? [] {
          reply.logProbabilities.append(try probability(value))
        }
      }
      return reply
    }
  }

  func score(_ tokens: [Int], _ call: ServerCall) throws(ServerFailure) -> [Float] {
    let answer = try call.post(
      "/v1/completions",
      [
        "model": .string(model), "prompt": .array(tokens.map { .integer($0) }), "max_tokens": .integer(1),
        "temperature": .integer(0), "prompt_logprobs": .integer(0), "return_token_ids": .bool(true),
      ])
    guard let list = answer["choices"]?.elements?.first?["prompt_logprobs"]?.elements, list.count == tokens.count else {
      throw .request("the answer has no log-probability for each token of the prompt")
    }
    var values: [Float] = []
    for (entry, token) in zip(list, tokens).dropFirst() {
      values.append(Float(try probability(entry["\(token)"]?["logprob"])))
    }
    return values
  }

  func tokenize(_ text: String, _ call: ServerCall) throws(ServerFailure) -> [Int]? {
    let answer = try call.post(
      "/tokenize", ["model": .string(model), "prompt": .string(text), "add_special_tokens": .bool(false)])
    return answer["tokens"]?.integers
  }
}
