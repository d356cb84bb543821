/// A model as a configuration names it: what a backend needs to find and to load it.
public struct ModelSpecification: Hashable, Sendable {
  /// The name in tables and messages.
  public var name: String
  /// A GGUF file or a Hugging Face folder, variables replaced.
  public var path: String
  /// The type in which keys and values are kept.
  public var cache: CacheType
  /// The server that runs it; `path` is then its tokenizer.
  public var server: ServerSpecification?

  /// A model.
  public init(name: String, path: String, cache: CacheType = .float32, server: ServerSpecification? = nil) {
    self.name = name
    self.path = path
    self.cache = cache
    self.server = server
  }
}

/// The type in which keys and values are kept.
public enum CacheType: String, Hashable, Sendable, CaseIterable {
  case float32
  case float16
}
