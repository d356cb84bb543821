import Evaluation
import JSON

/// SGLang: its own `/generate`, which takes ids and scores prompts.
struct SGLang: ServerDialect {
  let model: String
  var keepsMinimum: Bool { true }
  var answerBeginning: AnswerBeginning? { .onRequest }

  func generate(_ query: GenerationQuery, _ call: ServerCall) throws(ServerFailure) -> GenerationReply {
    switch query.prompt {
    case .messages(let conversation): return try chat(query, conversation, call)
    case .tokens(let tokens):
      var sampling: [String: JSONValue] = [
        "temperature": .integer(0), "max_new_tokens": .integer(query.maxNewTokens),
        "min_new_tokens": .integer(query.minNewTokens),
        "stop_token_ids": .array(query.endTokens.map { .integer($0) }),
      ]
      if !query.stopTexts.isEmpty { sampling["stop"] = .array(query.stopTexts.map { .string($0) }) }
      let answer = try ask(tokens, sampling, ["return_logprob": .bool(query.wantsLogProbabilities)], call)
      guard let text = answer["text"]?.text else { throw .request("the answer has no text") }
      let meta = answer["meta_info"]
      let ending: FinishReason
      switch meta?["finish_reason"]?["type"]?.text {
      case "length": ending = .length
      case "stop": ending = query.stopTexts.isEmpty ? .endOfText : .stop
      case let other: throw .request("the answer's finish_reason is '\(other ?? "null")'")
      }
      var reply = GenerationReply(
        tokens: answer["output_ids"]?.integers, text: text, ending: ending,
        promptTokenCount: meta?["prompt_tokens"]?.number.map { Int($0) })
      if query.wantsLogProbabilities {
        for entry in meta?["output_token_logprobs"]?.elements ?? [] {
          reply.logProbabilities.append(try probability(entry.elements?.first))
        }
      }
      return reply
    }
  }

  func score(_ tokens: [Int], _ call: ServerCall) throws(ServerFailure) -> [Float] {
    let answer = try ask(
      tokens, ["temperature": .integer(0), "max_new_tokens": .integer(1)],
      ["return_logprob": .bool(true), "logprob_start_len": .integer(0)], call)
    guard let list = answer["meta_info"]?["input_token_logprobs"]?.elements, list.count == tokens.count else {
      throw .request("the answer has no log-probability for each token of the prompt")
    }
    var values: [Float] = []
    for (entry, token) in zip(list, tokens).dropFirst() {
      guard let parts = entry.elements, parts.count >= 2, parts[1] == .integer(token) else {
        throw .request("the log-probabilities are of other tokens than the prompt's")
      }
      values.append(Float(try probability(parts[0])))
    }
    return values
  }

  private func ask(
    _ tokens: [Int], _ sampling: [String: JSONValue], _ more: [String: JSONValue], _ call: ServerCall
  ) throws(ServerFailure) -> JSONValue {
    try call.post(
      "/generate",
      more.merging(["input_ids": .array(tokens.map { .integer($0) }), "sampling_params": .object(sampling)]) { $1 })
  }

  func tokenize(_ text: String, _ call: ServerCall) throws(ServerFailure) -> [Int]? {
    let answer = try call.post(
      "/tokenize", ["model": .string(model), "prompt": .string(text), "add_special_tokens": .bool(false)])
    return answer["tokens"]?.integers
  }
}
