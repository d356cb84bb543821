import Backends
import Gates
import Positions
import Tasks
import Text
import Tokenizers

/// Turns the nodes of a configuration file into a `Configuration`.
struct ConfigurationReader {
  let file: String
  let taskTypes: [any EvaluationTask.Type]
  let folders: PathFolders
  /// The content of a file, nil where it cannot be read.
  let readFile: (String) -> [UInt8]?

  private static let keys = ["name", "seed", "models", "methods", "tasks", "gates", "judge", "allow-unverified"]
  private static let modelKeys = ["name", "path", "context", "chat", "system", "date", "cache", "server", "device"]

  func read(_ root: Node) throws(SweepError) -> Configuration {
    let reader = try MappingReader(root, owner: "the configuration", keys: Self.keys)
    let methods = try methods(reader.list("methods"))
    let tasks = try tasks(reader.list("tasks"))
    return Configuration(
      file: file, name: try name(reader), seed: UInt64(try reader.integer("seed", in: 0...Int.max) ?? 42),
      models: try models(reader.list("models")), methods: methods, tasks: tasks,
      gates: try gates(reader.node("gates"), methods: methods, tasks: tasks),
      judge: try judge(reader.node("judge")), allowsUnverified: try flag("allow-unverified", reader))
  }

  private func name(_ reader: MappingReader) throws(SweepError) -> String {
    guard let node = reader.node("name") else {
      let last = file.split(separator: "/").last.map(String.init) ?? file
      let stem = last.split(separator: ".").first.map(String.init) ?? "sweep"
      return String(stem.map { Self.isNameCharacter($0) ? $0 : "-" })
    }
    let name = try node.requiredText("name")
    guard name.count <= 100, name.first?.isLetter == true || name.first?.isNumber == true,
      name.allSatisfy(Self.isNameCharacter)
    else { throw node.impossible("name", "letters, digits, '-', '_' and '.', because files are named after it") }
    return name
  }

  private func flag(_ key: String, _ reader: MappingReader) throws(SweepError) -> Bool {
    guard let node = reader.node(key) else { return false }
    guard let value = node.flag else { throw node.wrongType(key, "true or false") }
    return value
  }

  private static func isNameCharacter(_ character: Character) -> Bool {
    character.isASCII && (character.isLetter || character.isNumber || "-_.".contains(character))
  }

  private func models(_ nodes: [Node]) throws(SweepError) -> [Configuration.ModelEntry] {
    var models: [Configuration.ModelEntry] = []
    for node in nodes {
      let model = try model(node)
      if models.contains(where: { $0.name == model.name }) {
        throw .configuration(node.location, .repeated("model", name: model.name))
      }
      models.append(model)
    }
    return models
  }

  private func model(_ node: Node) throws(SweepError) -> Configuration.ModelEntry {
    if case .scalar = node.content {
      let path = try ConfiguredPath(node.requiredText("path"), location: node.location, folders: folders)
      return .init(
        name: try checkedName(Self.stem(path.text), node), path: path, contextWindow: nil, chat: nil, cache: .float32)
    }
    let reader = try MappingReader(node, owner: "a model", keys: Self.modelKeys)
    if let server = reader.node("server") { return try served(by: server, reader, node) }
    let pathNode = try reader.required("path")
    let text = try pathNode.requiredText("path")
    let name = try checkedName(reader.text("name") ?? Self.stem(text), reader.node("name") ?? node)
    var cache = Configuration.CacheType.float32
    if let node = reader.node("cache") {
      let text = try node.requiredText("cache")
      guard let type = Configuration.CacheType(rawValue: text) else {
        throw node.impossible("cache", "float32 or float16")
      }
      cache = type
    }
    let chat = try chat(reader)
    return .init(
      name: name, path: try ConfiguredPath(text, location: pathNode.location, folders: folders),
      contextWindow: try reader.integer("context", in: 2...(1 << 30)), chat: chat, cache: cache,
      system: try system(reader, chat: chat), date: try date(reader), device: try device(reader))
  }

  private func device(_ reader: MappingReader) throws(SweepError) -> DeviceChoice? {
    guard let node = reader.node("device") else { return nil }
    guard let device = DeviceChoice(try node.requiredText("device")) else {
      throw node.impossible("device", "\(DeviceChoice.expected) ('se-eval devices' lists them)")
    }
    return device
  }

  /// A name that selections, tables and JSON can quote; a path without a `name:` beside it gives its last part.
  func checkedName(_ name: String, _ node: Node) throws(SweepError) -> String {
    guard !name.isEmpty, name.allSatisfy({ !",=|\"".contains($0) && $0.unicodeScalars.first?.value ?? 0 >= 32 }) else {
      throw node.impossible("name", "a text without ',', '=', '|' and quotes; give the model a `name:`")
    }
    return name
  }

  func system(_ reader: MappingReader, chat: String?) throws(SweepError) -> String? {
    guard let node = reader.node("system") else { return nil }
    guard let chat, chat != "none" else {
      throw node.impossible("system", "nothing without a chat template (`chat: auto` or a name)")
    }
    return try node.requiredText("system")
  }

  func date(_ reader: MappingReader) throws(SweepError) -> ChatDate {
    guard let node = reader.node("date") else { return .standard }
    guard let date = try? ChatDate(node.requiredText("date")) else {
      throw node.impossible("date", "a day as YYYY-MM-DD, which the chat template is told")
    }
    return date
  }

  func chat(_ reader: MappingReader, isServed: Bool = false) throws(SweepError) -> String? {
    guard let node = reader.node("chat") else { return nil }
    let name = try node.requiredText("chat")
    let names = ["auto"] + ChatTemplate.names + (isServed ? ["server"] : [])
    guard names.contains(name) else {
      let hint = Suggestion.hint(for: name, among: names)
      throw node.impossible("chat", "one of \(names.joined(separator: ", "))\(hint)")
    }
    return name
  }

  /// The last part of a path, without `.gguf`.
  static func stem(_ path: String) -> String {
    let last = path.split(separator: "/").last.map(String.init) ?? path
    return last.lowercased().hasSuffix(".gguf") ? String(last.dropLast(5)) : last
  }
}

// MARK: - Methods

extension ConfigurationReader {
  private func methods(_ nodes: [Node]) throws(SweepError) -> [MethodChoice] {
    var methods: [MethodChoice] = []
    var seen: Set<MethodChoice> = []
    for node in Self.joined(nodes) {
      for method in try grid(node) {
        if !seen.insert(method).inserted {
          throw .configuration(node.location, .repeated("method", name: method.description))
        }
        methods.append(method)
      }
    }
    return methods
  }

  /// Joins what a list in brackets takes apart: `[plain, self-extend:G=8,W=512]` means two methods, not three.
  private static func joined(_ nodes: [Node]) -> [Node] {
    var result: [Node] = []
    for node in nodes {
      if let last = result.last, case .scalar(let head, isPlain: true) = last.content, head.contains(":"),
        case .scalar(let part, isPlain: true) = node.content, let equals = part.firstIndex(of: "="),
        !part[..<equals].contains(":")
      {
        result[result.count - 1].content = .scalar(head + "," + part, isPlain: true)
      } else {
        result.append(node)
      }
    }
    return result
  }

  /// The methods of one entry: the first key of a mapping varies slowest.
  private func grid(_ node: Node) throws(SweepError) -> [MethodChoice] {
    if case .scalar = node.content {
      return [
        try Self.method(at: node.location) { () throws(MethodError) in try MethodChoice(parsing: node.text ?? "") }
      ]
    }
    guard case .mapping(let entries) = node.content, entries.count == 1, let entry = entries.first else {
      throw node.wrongType("methods", "a method such as plain or self-extend: {group: [4, 8], window: 512}")
    }
    guard Method.names.contains(entry.key) else { throw Self.unknownMethod(entry.key, entry.location) }
    if case .scalar(let text, isPlain: true) = entry.value.content, text.isEmpty {
      return [try Self.method(at: entry.location) { () throws(MethodError) in try MethodChoice(parsing: entry.key) }]
    }
    guard case .mapping(let axes) = entry.value.content else {
      throw entry.value.wrongType(
        entry.key, "a mapping of \(Method.parameterNames(of: entry.key).joined(separator: ", "))")
    }
    var combinations: [[String: String]] = [[:]]
    var places: [String: TextLocation] = [:]
    for axis in axes {
      let values = try axisValues(axis)
      // Before they are multiplied: a small file can ask for more than any memory holds.
      guard combinations.count * values.count <= 10_000 else {
        throw entry.value.impossible(entry.key, "at most 10000 combinations")
      }
      places[axis.key] = axis.value.location
      combinations = combinations.flatMap { done in values.map { done.merging([axis.key: $0]) { $1 } } }
    }
    var methods: [MethodChoice] = []
    for combination in combinations {
      let location = entry.location
      do {
        methods.append(try MethodChoice(name: entry.key, parameters: combination))
      } catch {
        throw Self.located(error, method: entry.key, axes: axes, otherwise: location)
      }
    }
    return methods
  }

  private func axisValues(_ axis: Node.Entry) throws(SweepError) -> [String] {
    let nodes: [Node]
    if case .sequence(let items) = axis.value.content { nodes = items } else { nodes = [axis.value] }
    guard !nodes.isEmpty else { throw axis.value.impossible(axis.key, "at least one value") }
    var values: [String] = []
    for node in nodes { values.append(try node.requiredText(axis.key)) }
    return values
  }

  private static func method(
    at location: TextLocation, _ make: () throws(MethodError) -> MethodChoice
  ) throws(SweepError) -> MethodChoice {
    do { return try make() } catch { throw located(error, method: "", axes: [], otherwise: location) }
  }

  private static func unknownMethod(_ name: String, _ location: TextLocation) -> SweepError {
    .configuration(
      location, .unknownMethod(name, suggestion: Suggestion.nearest(to: name, among: Method.names), known: Method.names)
    )
  }

  /// Places a method's error at the parameter that caused it.
  private static func located(
    _ error: MethodError, method: String, axes: [Node.Entry], otherwise location: TextLocation
  ) -> SweepError {
    switch error {
    case .unknownMethod(let name): return unknownMethod(name, location)
    case .unknownParameter(let name, let parameter):
      let known = Method.parameters(of: name).map { axes.isEmpty ? $0.name : $0.longName }
      return .configuration(
        axes.first { $0.key == parameter }?.location ?? location,
        .unknownKey(
          parameter, of: "the method \(name)", suggestion: Suggestion.nearest(to: parameter, among: known), known: known
        ))
    case .badValue(_, let parameter, let found, _):
      let names = Method.parameters(of: method).first { $0.name == parameter }.map { [$0.name, $0.longName] } ?? []
      let axis = axes.first { names.contains($0.key) }
      let value = axis.flatMap { $0.value.items?.first { $0.text == found } }
      return .configuration(value?.location ?? axis?.value.location ?? location, .method(error))
    case .duplicateParameter, .missingParameter, .noChoice: return .configuration(location, .method(error))
    }
  }
}

// MARK: - Gates

extension ConfigurationReader {
  private func gates(
    _ node: Node?, methods: [MethodChoice], tasks: [Configuration.TaskEntry]
  ) throws(SweepError) -> [Gate] {
    guard let node else { return [] }
    guard case .sequence(let nodes) = node.content else { throw node.wrongType("gates", "a list") }
    var gates: [Gate] = []
    for node in nodes { gates.append(try gate(node, methods: methods, tasks: tasks)) }
    return gates
  }

  private func gate(
    _ node: Node, methods: [MethodChoice], tasks: [Configuration.TaskEntry]
  ) throws(SweepError) -> Gate {
    let reader = try MappingReader(node, owner: "a gate", keys: Gate.keys)
    let task = try reader.required("task").requiredText("task")
    var names: [String] = []
    for name in tasks.map(\.name) + tasks.map(\.label) where !names.contains(name) { names.append(name) }
    guard names.contains(task) else {
      throw .configuration(
        try reader.required("task").location,
        .unknownTask(task, suggestion: Suggestion.nearest(to: task, among: names), known: names))
    }
    let method = try reader.text("method")
    if let method, let node = reader.node("method"),
      !methods.contains(where: { $0.method?.description == method || $0.name == method })
    {
      // What is chosen automatically differs between cells: a gate names it by the method's name alone.
      let known = methods.map { $0.isAutomatic ? $0.name : $0.description }
      throw .configuration(
        node.location, .unknownMethod(method, suggestion: Suggestion.nearest(to: method, among: known), known: known))
    }
    var baseline: ConfiguredPath?
    if let node = reader.node("baseline") {
      baseline = try ConfiguredPath(node.requiredText("baseline"), location: node.location, folders: folders)
    }
    let rule = GateRule(
      metric: try reader.required("metric").requiredText("metric"), task: task, over: try pooling(reader),
      method: method,
      maxIncrease: try tolerance("max-increase", reader), maxDecrease: try tolerance("max-decrease", reader),
      maximum: try bound("max", reader), minimum: try bound("min", reader))
    let gate = Gate(rule: rule, baseline: baseline, location: node.location)
    if let reason = Self.idleness(of: gate, methods: methods) { throw .configuration(node.location, .idleGate(reason)) }
    return gate
  }

  private func pooling(_ reader: MappingReader) throws(SweepError) -> Pooling {
    guard let node = reader.node("over") else { return .cell }
    guard let pooling = node.text.flatMap({ Pooling(rawValue: $0) }) else {
      throw node.wrongType("over", Pooling.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return pooling
  }

  private static func idleness(of gate: Gate, methods: [MethodChoice]) -> String? {
    guard gate.rule.isRelative || gate.rule.maximum != nil || gate.rule.minimum != nil else {
      return "it has none of max-increase, max-decrease, max, min"
    }
    guard gate.rule.isRelative, gate.baseline == nil else { return nil }
    guard methods.contains(where: { $0.method == .plain }) else {
      return "without a baseline file it compares with the method plain, which is not among the methods"
    }
    return methods.contains { $0.method != .plain }
      ? nil : "it compares methods with plain, and there is no other method"
  }

  private func tolerance(_ key: String, _ reader: MappingReader) throws(SweepError) -> Tolerance? {
    guard let node = reader.node(key) else { return nil }
    guard let tolerance = node.text.flatMap({ Tolerance(parsing: $0) }) else {
      throw node.wrongType(key, "a share such as 1% or an amount such as 0.05, not negative")
    }
    return tolerance
  }

  private func bound(_ key: String, _ reader: MappingReader) throws(SweepError) -> Double? {
    guard let node = reader.node(key) else { return nil }
    guard let number = node.number else { throw node.wrongType(key, "a number") }
    return number
  }
}
