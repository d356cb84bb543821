import Digest
import Evaluation
import Foundation
import JSON

/// A prompt as it goes out.
enum ServerPrompt: Hashable, Sendable {
  /// By ids, so that nobody adds or drops a BOS.
  case tokens([Int])
  /// As messages, which the server wraps in its own chat template.
  case messages(Conversation)
}

/// What is asked of a server that generates.
struct GenerationQuery: Sendable {
  var prompt: ServerPrompt
  var maxNewTokens: Int
  var stopTexts: [String] = []
  /// Every id that ends a text, sorted.
  var endTokens: [Int] = []
  /// Tokens before which no end is chosen.
  var minNewTokens = 0
  /// Ids that are not chosen.
  var banned: [Int] = []
  /// The log-probabilities of the new tokens are wanted.
  var wantsLogProbabilities = false
}

/// What a server gave.
struct GenerationReply: Hashable, Sendable {
  /// The new ids, an ending one included where the server gives it; nil for servers that give texts only.
  var tokens: [Int]?
  /// The text; nil where there is none, which is not the same as an empty one.
  var text: String?
  var ending: FinishReason
  /// Tokens of the prompt as the server counted them.
  var promptTokenCount: Int?
  var logProbabilities: [Double] = []
}

/// What a request says beside a last message of the assistant, so that the server goes on with that message.
enum AnswerBeginning {
  /// The server does so by itself.
  case byItself
  /// Where the request asks for it in vLLM's words, which SGLang takes, too.
  case onRequest

  /// The members of the request's body.
  var members: [String: JSONValue] {
    switch self {
    case .byItself: [:]
    case .onRequest: ["continue_final_message": .bool(true), "add_generation_prompt": .bool(false)]
    }
  }
}

/// How a kind of server is asked.
protocol ServerDialect: Sendable {
  /// The model's id in requests.
  var model: String { get }
  /// True where `minNewTokens` is kept by the server.
  var keepsMinimum: Bool { get }
  /// How an answer is begun for it; nil where the server cannot go on with one.
  var answerBeginning: AnswerBeginning? { get }

  func generate(_ query: GenerationQuery, _ call: ServerCall) throws(ServerFailure) -> GenerationReply
  /// One natural-log probability per token after the first.
  func score(_ tokens: [Int], _ call: ServerCall) throws(ServerFailure) -> [Float]
  /// One natural-log probability per token of a continuation.
  func score(_ continuation: [Int], after prefix: [Int], _ call: ServerCall) throws(ServerFailure) -> [Float]
  /// The ids of a text without BOS; nil where the server has no such route.
  func tokenize(_ text: String, _ call: ServerCall) throws(ServerFailure) -> [Int]?
}

extension ServerDialect {
  func score(_ continuation: [Int], after prefix: [Int], _ call: ServerCall) throws(ServerFailure) -> [Float] {
    Array(try score(prefix + continuation, call).suffix(continuation.count))
  }

  /// OpenAI's chat route, which all have.
  func chat(
    _ query: GenerationQuery, _ conversation: Conversation, _ call: ServerCall
  ) throws(ServerFailure) -> GenerationReply {
    var body = OpenAIAnswer.body(query, model: model)
    var messages = conversation.messages
    if !conversation.answerStart.isEmpty {
      if let answerBeginning {
        messages.append(Message(.assistant, conversation.answerStart))
        body.merge(answerBeginning.members) { $1 }
      } else if let last = messages.popLast() {
        messages.append(Message(last.role, last.content + conversation.answerStart))
      }
    }
    let shown = messages.lastIndex { $0.role == .user }
    var list: [JSONValue] = []
    for (index, message) in messages.enumerated() {
      let pictures = index == shown ? conversation.pictures : []
      list.append(
        .object(["role": .string(message.role.rawValue), "content": try content(message.content, pictures)]))
    }
    body["messages"] = .array(list)
    let answer = try call.post("/v1/chat/completions", body)
    let text = answer["choices"]?.elements?.first?["message"]?["content"]
    return try OpenAIAnswer.reply(answer, text: text, query)
  }

  /// A message's text, with its pictures in front where it has some.
  private func content(_ text: String, _ pictures: [Picture]) throws(ServerFailure) -> JSONValue {
    guard !pictures.isEmpty else { return .string(text) }
    var parts: [JSONValue] = []
    for picture in pictures {
      guard let data = FileManager.default.contents(atPath: picture.path) else {
        throw .request("the picture \(picture.path) cannot be read")
      }
      // What the sample's identity names is what is asked about.
      var digest = SHA256()
      digest.update(Array(data))
      guard digest.hexadecimal() == picture.sha256 else {
        throw .request("the picture \(picture.path) has changed since the samples were made")
      }
      let address = "data:\(picture.mediaType);base64,\(data.base64EncodedString())"
      parts.append(.object(["type": .string("image_url"), "image_url": .object(["url": .string(address)])]))
    }
    return .array(parts + [.object(["type": .string("text"), "text": .string(text)])])
  }

  /// A log-probability that must be one.
  func probability(_ value: JSONValue?) throws(ServerFailure) -> Double {
    guard let number = value?.number, number <= 1e-3, !number.isNaN else {
      throw .request("a log-probability is \(value?.written(.compact) ?? "missing")")
    }
    return number
  }
}

/// What the routes of OpenAI's kind have in common.
enum OpenAIAnswer {
  /// No server takes more stop texts for certain; the rest is cut off here.
  private static let stopTextLimit = 4

  static func body(_ query: GenerationQuery, model: String) -> [String: JSONValue] {
    var body: [String: JSONValue] = [
      "model": .string(model), "max_tokens": .integer(query.maxNewTokens), "temperature": .integer(0),
      "seed": .integer(1), "stream": .bool(false),
    ]
    if !query.stopTexts.isEmpty, query.stopTexts.count <= stopTextLimit {
      body["stop"] = .array(query.stopTexts.map { .string($0) })
    }
    return body
  }

  static func reply(
    _ answer: JSONValue, text: JSONValue?, _ query: GenerationQuery
  ) throws(ServerFailure) -> GenerationReply {
    guard let choice = answer["choices"]?.elements?.first else { throw .request("the answer has no choices") }
    guard let text = text?.text else { throw .request("the answer has no text: it is null or missing") }
    let ending: FinishReason
    switch choice["finish_reason"]?.text {
    case "stop": ending = query.stopTexts.isEmpty ? .endOfText : .stop
    case "length": ending = .length
    case let other: throw .request("the answer's finish_reason is '\(other ?? "null")'")
    }
    return GenerationReply(
      tokens: choice["token_ids"]?.integers, text: text, ending: ending,
      promptTokenCount: answer["usage"]?["prompt_tokens"]?.number.map { Int($0) })
  }
}
