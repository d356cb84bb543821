/// What a server says of itself.
public struct ServerProfile: Hashable, Sendable {
  /// Which server it is.
  public var kind: ServerKind
  /// Its version or build.
  public var version: String?
  /// The model's id in requests.
  public var model: String
  /// Tokens of prompt and answer that one request may have.
  public var context: Int?
  /// The window that the model was trained with, where it is said.
  public var trainedContext: Int?
  /// Requests that it works on at once, where it is said.
  public var slots: Int?
  /// The model's parameters, where they are said.
  public var parameterCount: Int?
  /// SHA-256 of its chat template, where it is said.
  public var templateHash: String?
  /// It takes images.
  public var takesImages = false
  /// What else it says of the model: file, size, type.
  public var facts: [String: String] = [:]
  /// Hashes of the paths whose last parts are among `facts`, by the same names.
  var pathHashes: [String: String] = [:]

  /// The model's id without the folders of the machine that serves it, where it is the path of a file or folder there;
  /// what a repository calls it ("owner/name") stays.
  public var modelName: String { ServedName(model).shown }

  /// Notes what the server says of where its model comes from, without the folders of its machine.
  mutating func note(_ fact: String, _ text: String?, isFile: Bool = false) {
    guard let text else { return }
    let name = ServedName(text, isFile: isFile)
    facts[fact] = name.shown
    pathHashes[fact] = name.pathHash
  }

  /// What must stay the same for results to belong together; how many slots it has does not count.
  ///
  /// - Parameter isVouched: somebody says which weights these are: then it does not count where they lie.
  /// - Returns: names and values.
  func identity(isVouched: Bool = false) -> [String: String] {
    var members = facts
    members["kind"] = kind.rawValue
    members["version"] = version
    members["model"] = modelName
    members["context"] = context.map(String.init)
    members["parameters"] = parameterCount.map(String.init)
    members["template"] = templateHash
    guard !isVouched else { return members }
    members["model_in"] = ServedName(model).pathHash
    for (fact, hash) in pathHashes { members["\(fact)_in"] = hash }
    return members
  }

  /// How another look at the same server differs, in words.
  func differences(to later: ServerProfile) -> [String] {
    let (a, b) = (identity(), later.identity())
    return Set(a.keys).union(b.keys).sorted().filter { a[$0] != b[$0] }.map {
      "\($0) was \(a[$0] ?? "not said") and is \(b[$0] ?? "not said")"
    }
  }

  /// How it is asked.
  var dialect: any ServerDialect {
    switch kind {
    case .llamaServer: LlamaServer(model: model)
    case .vLLM: VLLM(model: model)
    case .sgLang: SGLang(model: model)
    case .openAI: OpenAIServer(model: model)
    }
  }
}
