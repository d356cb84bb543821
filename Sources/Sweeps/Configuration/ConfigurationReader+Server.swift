import Backends
import JSON
import Text

extension ConfigurationReader {
  private static let serverKeys = [
    "url", "kind", "model", "key-env", "tokenizer", "weights", "context", "concurrency", "timeout", "retries", "label",
    "images",
  ]
  private static let kinds = ["auto"] + ServerKind.allCases.map(\.rawValue)

  /// A model that a server runs.
  ///
  /// - Parameters:
  ///   - server: what stands behind `server:`.
  ///   - reader: the model's mapping.
  ///   - node: the model's entry.
  /// - Returns: the entry.
  /// - Throws: `SweepError.configuration`.
  func served(
    by server: Node, _ reader: MappingReader, _ node: Node
  ) throws(SweepError) -> Configuration.ModelEntry {
    for key in ["path", "cache", "device"] {
      if let found = reader.node(key) {
        throw .configuration(
          found.location,
          .impossible(
            key: key, found: "a setting of the engine", expected: "nothing beside server: the server decides it")
        )
      }
    }
    try refuseKeys(server)
    let own = try MappingReader(server, owner: "server", keys: Self.serverKeys)
    let chat = try chat(reader, isServed: true)
    let path = try tokenizer(own, isNeeded: chat != "server")
    let system = try system(reader, chat: chat)
    let specification = try specification(own, usesServerTemplate: chat == "server", system: system)
    let stem = path.text.isEmpty ? "server" : Self.stem(path.text)
    let name = try checkedName(reader.text("name") ?? specification.model ?? stem, reader.node("name") ?? node)
    return .init(
      name: name, path: path, contextWindow: try reader.integer("context", in: 2...(1 << 30)),
      chat: chat == "server" ? "none" : chat, cache: .float32, system: chat == "server" ? nil : system,
      date: try date(reader), server: specification)
  }

  /// A judge's server: it is sent messages, and needs no tokenizer here.
  ///
  /// - Parameters:
  ///   - server: what stands behind `server:`.
  ///   - reader: the judge's mapping.
  ///   - node: the judge's entry.
  /// - Returns: the server as a model.
  /// - Throws: `SweepError.configuration`.
  func judge(
    servedBy server: Node, _ reader: MappingReader, _ node: Node
  ) throws(SweepError) -> Configuration.ModelEntry {
    try refuseKeys(server)
    let own = try MappingReader(server, owner: "server", keys: Self.serverKeys.filter { $0 != "tokenizer" })
    let specification = try specification(own, usesServerTemplate: true, system: nil)
    let name = try checkedName(reader.text("name") ?? specification.model ?? "judge", reader.node("name") ?? node)
    return .init(
      name: name, path: try ConfiguredPath("", location: server.location, folders: folders), contextWindow: nil,
      chat: "none", cache: .float32, server: specification)
  }

  /// The local tokenizer, which prompts as ids are made with; an empty path where none is named.
  private func tokenizer(_ reader: MappingReader, isNeeded: Bool) throws(SweepError) -> ConfiguredPath {
    guard let node = reader.node("tokenizer") else {
      guard !isNeeded else {
        throw .configuration(
          reader.location,
          .impossible(
            key: "tokenizer", found: "not there",
            expected: "the model's own (a GGUF file or a folder), which makes prompts of ids; only chat: server, which "
              + "sends texts, does without"))
      }
      return try ConfiguredPath("", location: reader.location, folders: folders)
    }
    return try ConfiguredPath(node.requiredText("tokenizer"), location: node.location, folders: folders)
  }

  /// A key in a file is a key in git, in stores and in reports.
  private func refuseKeys(_ server: Node) throws(SweepError) {
    guard case .mapping(let entries) = server.content else { return }
    for entry in entries
    where ["key", "api-key", "api_key", "apikey", "token", "password"].contains(entry.key.lowercased()) {
      throw .configuration(
        entry.location,
        .impossible(
          key: entry.key, found: "a key in a configuration",
          expected: "key-env: NAME, the variable of the environment that holds it"))
    }
  }

  private func specification(
    _ reader: MappingReader, usesServerTemplate: Bool, system: String?
  ) throws(SweepError) -> ServerSpecification {
    let node = try reader.required("url")
    let url = try ConfiguredPath(node.requiredText("url"), location: node.location, folders: folders)
    guard url.unsetVariable == nil, let text = url.resolved else {
      throw node.impossible("url", "a URL whose variables are set")
    }
    if let problem = ServerSpecification.problem(ofURL: text) {
      // The text itself may be the key.
      throw .configuration(node.location, .impossible(key: "url", found: "another text", expected: problem))
    }
    var specification = ServerSpecification(url: text)
    if let node = reader.node("kind") {
      let name = try node.requiredText("kind")
      guard Self.kinds.contains(name) else {
        let hint = Suggestion.hint(for: name, among: Self.kinds)
        throw node.impossible("kind", "one of \(Self.kinds.joined(separator: ", "))\(hint)")
      }
      specification.kind = ServerKind(rawValue: name)
    }
    if let node = reader.node("key-env") {
      let name = try node.requiredText("key-env")
      let isName =
        !name.isEmpty && name.utf8.count <= 100
        && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") } && name.first?.isNumber == false
      guard isName else {
        throw .configuration(
          node.location,
          .impossible(
            key: "key-env", found: "another text",
            expected: "the name of a variable of the environment, not the key itself"))
      }
      specification.keyVariable = name
    }
    specification.model = try reader.text("model")
    if let node = reader.node("label") {
      let label = try node.requiredText("label")
      guard !label.isEmpty, label.count <= 100, label.unicodeScalars.allSatisfy({ $0.value >= 32 }) else {
        throw node.impossible("label", "one line of at most 100 characters")
      }
      specification.label = label
    }
    if let node = reader.node("weights") {
      let weights = try ConfiguredPath(node.requiredText("weights"), location: node.location, folders: folders)
      guard let path = weights.resolved else { throw node.impossible("weights", "a path whose variables are set") }
      specification.weights = path
    }
    specification.context = try reader.integer("context", in: 2...(1 << 30))
    specification.concurrency = try reader.integer("concurrency", in: 1...1024) ?? specification.concurrency
    specification.timeout = try reader.integer("timeout", in: 1...(1 << 20)) ?? specification.timeout
    specification.retries = try reader.integer("retries", in: 0...100) ?? specification.retries
    if let node = reader.node("images") {
      guard let takes = node.flag else { throw node.wrongType("images", "true or false") }
      specification.takesImages = takes
    }
    specification.usesServerTemplate = usesServerTemplate
    specification.system = usesServerTemplate ? system : nil
    return specification
  }
}

extension ServerSpecification {
  /// What of it results depend on: where it is, who pays, and how patient one is are left out.
  var resolved: JSONValue {
    var members: [String: JSONValue] = [
      "kind": .string(kind?.rawValue ?? "auto"), "concurrency": .integer(concurrency),
      "chat": .string(usesServerTemplate ? "server" : "none"),
    ]
    members["model"] = model.map { .string($0) }
    members["label"] = label.map { .string($0) }
    members["weights"] = weights.map { .string($0) }
    members["context"] = context.map { .integer($0) }
    members["system"] = system.map { .string($0) }
    return .object(members)
  }
}
