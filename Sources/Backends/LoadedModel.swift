public import Evaluation
public import Positions
public import Text

/// A request with the text that its tokens came from, for a backend that has a tokenizer of its own.
public struct ModelRequest: Hashable, Sendable {
  /// What to do, in tokens.
  public var request: Request
  /// The prompt as a person reads it.
  public var text: String
  /// The prompt as messages, for a backend with a chat template of its own; nil for what is no prompt.
  public var conversation: Conversation?

  /// A request.
  public init(_ request: Request, text: String, conversation: Conversation? = nil) {
    self.request = request
    self.text = text
    self.conversation = conversation
  }
}

/// What a model gives back for one request.
public struct Answer: Sendable {
  /// The outcome that the task scores.
  public var outcome: Outcome
  /// Tokens that went through the model; fewer than the prompt's where a prefix was reused.
  public var computedTokenCount: Int
  /// Wall seconds of this request; requests that ran together share their time.
  public var seconds: Double

  /// An answer.
  public init(_ outcome: Outcome, computedTokenCount: Int, seconds: Double) {
    self.outcome = outcome
    self.computedTokenCount = computedTokenCount
    self.seconds = seconds
  }
}

/// Why one request has no answer; the other requests go on.
public struct RequestFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// The backend's reason, with what to do where it knows.
  public var description: String
  /// True where the model's numbers were not finite: its weights are at fault, and other prompts will fare alike.
  public var isNotFinite: Bool

  /// A failure.
  public init(_ description: String, isNotFinite: Bool = false) {
    self.description = description
    self.isNotFinite = isNotFinite
  }
}

extension RequestFailure: FaultReporting {
  /// A sample that failed.
  public var fault: Fault { .incomplete }
}

/// A model that is ready to work; between requests it keeps what a next one may reuse.
public protocol LoadedModel: AnyObject {
  /// SHA-256 over the weights and hyperparameters.
  var modelHash: String { get }

  /// How many of the first requests are best given to `run` together; at least 1. Results do not depend on it.
  func groupCount(_ requests: ArraySlice<ModelRequest>) -> Int

  /// Carries out requests.
  ///
  /// - Parameters:
  ///   - requests: what to do; all under one method.
  ///   - method: how positions and the mask are treated.
  ///   - isCancelled: asked often; true stops the work.
  ///   - onProgress: told the number of prompt tokens computed so far, where a single request is long.
  /// - Returns: for each request, in order, its answer or why there is none.
  /// - Throws: `BackendError`: cancelled, or the backend is lost for all requests.
  func run(
    _ requests: [ModelRequest], method: Method, isCancelled: @escaping () -> Bool,
    onProgress: @escaping (Int) -> Void
  ) throws(BackendError) -> [Result<Answer, RequestFailure>]

  /// Looks whether it is still the model that it was when it was loaded; asked when its work is done.
  ///
  /// - Throws: `BackendError.unusable` where it is another one.
  func verify() throws(BackendError)
}

extension LoadedModel {
  /// Weights that this process holds do not change.
  public func verify() throws(BackendError) {}
}

/// Why a backend cannot work.
public enum BackendError: FaultReporting, Hashable, CustomStringConvertible {
  /// `isCancelled` said so.
  case cancelled
  /// The model is there and cannot be used.
  case unusable(ModelSpecification, cause: any FaultReporting)

  /// Whose fault it is: the cause's.
  public var fault: Fault {
    switch self {
    case .cancelled: .interrupted
    case .unusable(_, let cause): cause.fault == .usage ? .damagedInput : cause.fault
    }
  }

  /// The model, the path and the cause.
  public var description: String {
    switch self {
    case .cancelled: "stopped"
    case .unusable(let model, let cause): "model '\(model.name)' (\(model.server?.shownURL ?? model.path)): \(cause)"
    }
  }

  /// Equal where they say the same: causes are of many types.
  public static func == (a: BackendError, b: BackendError) -> Bool { a.description == b.description }
  /// What is said.
  public func hash(into hasher: inout Hasher) { hasher.combine(description) }
}

/// Files of a model that are not there.
public struct MissingFiles: FaultReporting, Hashable, CustomStringConvertible {
  /// The files, each possibly with alternatives.
  public let files: [String]

  /// Files that are not there.
  public init(_ files: [String]) { self.files = files }

  /// A missing input.
  public var fault: Fault { .missingInput }
  /// The files.
  public var description: String { "not there: \(files.joined(separator: ", "))" }
}
