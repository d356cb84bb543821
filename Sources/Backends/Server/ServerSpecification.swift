import HTTP

/// A server as a configuration names it.
public struct ServerSpecification: Hashable, Sendable {
  /// Its URL, checked when it is asked.
  public var url: String
  /// Which server it is; nil to find out.
  public var kind: ServerKind?
  /// The model's id, for servers with several.
  public var model: String?
  /// The variable of the environment that holds the key; the key itself is nowhere in a configuration.
  public var keyVariable: String?
  /// The SHA-256 of the weights, or a path to them, where somebody vouches for what is served.
  public var weights: String?
  /// The context in tokens, for servers that do not say theirs.
  public var context: Int?
  /// Requests at a time.
  public var concurrency: Int
  /// Seconds that one request may take.
  public var timeout: Int
  /// Times that a request is sent again.
  public var retries: Int
  /// What tables call the way in which it was launched.
  public var label: String?
  /// Whether it takes images, for servers that do not say so.
  public var takesImages: Bool?
  /// Texts go out as messages, which the server wraps in its own chat template.
  public var usesServerTemplate: Bool
  /// The system message that goes with them.
  public var system: String?

  /// A server; by default found out and asked for one thing at a time.
  public init(
    url: String, kind: ServerKind? = nil, model: String? = nil, keyVariable: String? = nil, weights: String? = nil,
    context: Int? = nil, concurrency: Int = 1, timeout: Int = 3600, retries: Int = 4, label: String? = nil,
    usesServerTemplate: Bool = false, system: String? = nil
  ) {
    self.url = url
    self.kind = kind
    self.model = model
    self.keyVariable = keyVariable
    self.weights = weights
    self.context = context
    self.concurrency = concurrency
    self.timeout = timeout
    self.retries = retries
    self.label = label
    self.usesServerTemplate = usesServerTemplate
    self.system = system
  }
}

extension ServerSpecification {
  /// What was expected in place of a URL, which is not repeated; nil for one that can be used.
  public static func problem(ofURL text: String) -> String? {
    do throws(ServerAddress.Problem) {
      _ = try ServerAddress(text)
      return nil
    } catch {
      return error.description
    }
  }

  /// The URL for messages; not where it may hold a key.
  var shownURL: String { (try? ServerAddress(url).description) ?? "its server.url" }
}

/// The servers whose ways are known.
public enum ServerKind: String, Hashable, Sendable, CaseIterable {
  case llamaServer = "llama-server"
  case vLLM = "vllm"
  case sgLang = "sglang"
  /// Any other server with OpenAI's routes.
  case openAI = "openai"
}
