import Evaluation
import Tasks
import Text

extension ConfigurationReader {
  func tasks(_ nodes: [Node]) throws(SweepError) -> [Configuration.TaskEntry] {
    var tasks: [Configuration.TaskEntry] = []
    for node in nodes {
      let task = try task(node)
      if tasks.contains(where: { $0.name == task.name && $0.written == task.written }) {
        throw .configuration(node.location, .repeated("task", name: task.name))
      }
      if let name = task.ownName,
        tasks.contains(where: { $0.ownName == name }) || taskTypes.contains(where: { $0.name == name })
      {
        throw .configuration(task.locations[TaskEntries.nameKey] ?? node.location, .repeated("task", name: name))
      }
      tasks.append(task)
    }
    let names = TaskEntries(tasks.map { ($0.name, $0.settingsText) })
    for index in tasks.indices { tasks[index].label = names.label(tasks[index].name, tasks[index].settingsText) }
    return tasks
  }

  private func task(_ node: Node) throws(SweepError) -> Configuration.TaskEntry {
    let name: String
    let location: TextLocation
    var value: Node?
    switch node.content {
    case .scalar:
      name = try node.requiredText("tasks")
      location = node.location
    case .mapping(let entries) where entries.count == 1:
      name = entries[0].key
      location = entries[0].location
      value = entries[0].value
    default: throw node.wrongType("tasks", "a task such as passkey: {lengths: [4096], trials: 10}")
    }
    let names = taskTypes.map { $0.name }
    guard let type = taskTypes.first(where: { $0.name == name }) else {
      throw .configuration(
        location, .unknownTask(name, suggestion: Suggestion.nearest(to: name, among: names), known: names))
    }
    if let node = value, case .scalar(let text, isPlain: true) = node.content, text.isEmpty { value = nil }
    let empty = Node(content: .mapping([]), location: location)
    return try entry(type, value ?? empty, at: location)
  }

  private func entry(
    _ type: any EvaluationTask.Type, _ node: Node, at location: TextLocation
  ) throws(SweepError) -> Configuration.TaskEntry {
    var entry = EntrySettings()
    let node = try takingName(of: node, type, &entry)
    try read(node, of: type, "the task \(type.name)", folders, &entry)
    try addImported(type, at: location, &entry)
    let (written, paths) = (entry.written, entry.paths)
    var values: [String: Value]? = written
    for (key, path) in paths {
      if let resolved = path.resolved { values?[key] = .text(resolved) } else { values = nil }
    }
    return Configuration.TaskEntry(
      type: type, ownName: entry.ownName, written: written, settings: values.map { TaskSettings($0) }, paths: paths,
      locations: entry.locations, location: location)
  }

  /// The mapping without the entry's own `name:`, which no task reads; a task that has a setting of that name keeps it.
  private func takingName(
    of node: Node, _ type: any EvaluationTask.Type, _ entry: inout EntrySettings
  ) throws(SweepError) -> Node {
    guard case .mapping(let entries) = node.content,
      !type.settings.contains(where: { $0.description.key == TaskEntries.nameKey }),
      let own = entries.first(where: { $0.key == TaskEntries.nameKey })
    else { return node }
    let name = try own.value.requiredText(TaskEntries.nameKey)
    guard !name.isEmpty, name.count <= 60 else {
      throw own.value.impossible(TaskEntries.nameKey, "a name of at most 60 characters")
    }
    entry.ownName = name
    entry.locations[TaskEntries.nameKey] = own.value.location
    return Node(content: .mapping(entries.filter { $0.key != TaskEntries.nameKey }), location: node.location)
  }

  /// Takes the data folder's copy where an entry names none and there is a data folder.
  private func addImported(
    _ type: any EvaluationTask.Type, at location: TextLocation, _ entry: inout EntrySettings
  ) throws(SweepError) {
    for setting in type.settings.map(\.description) where entry.written[setting.key] == nil {
      guard case .imported(let path) = setting.standard, folders.environment[ImportedData.variable]?.isEmpty == false
      else { continue }
      entry.paths[setting.key] = try ConfiguredPath(
        "${\(ImportedData.variable)}/\(path)", location: location, folders: folders)
    }
  }

  /// The settings of an entry while they are read.
  private struct EntrySettings {
    var ownName: String?
    var written: [String: Value] = [:]
    var paths: [String: ConfiguredPath] = [:]
    var locations: [String: TextLocation] = [:]
  }

  /// Reads the keys of a mapping that are not known yet, and those of the settings file that it names.
  private func read(
    _ node: Node, of type: any EvaluationTask.Type, _ owner: String, _ folders: PathFolders,
    _ entry: inout EntrySettings
  ) throws(SweepError) {
    let settings = type.settings.map(\.description)
    let reader = try MappingReader(node, owner: owner, keys: settings.map(\.key))
    var file: (setting: SettingDescription, node: Node)?
    for setting in settings {
      guard let node = reader.node(setting.key) else { continue }
      if setting.kind == .settingsFile {
        file = (setting, node)
        continue
      }
      let value = try value(of: node, setting)
      if entry.written[setting.key] != nil { continue }
      entry.written[setting.key] = value
      entry.locations[setting.key] = node.location
      if setting.kind == .path {
        entry.paths[setting.key] = try ConfiguredPath(
          node.requiredText(setting.key), location: node.location, folders: folders)
      }
    }
    guard let file else { return }
    let path = try ConfiguredPath(
      file.node.requiredText(file.setting.key), location: file.node.location, folders: folders)
    guard let resolved = path.resolved, let bytes = readFile(resolved) else {
      // The task says what is missing.
      entry.written[file.setting.key] = .text(path.text)
      entry.paths[file.setting.key] = path
      entry.locations[file.setting.key] = file.node.location
      return
    }
    let root = try YAMLReader.read(bytes, file: resolved)
    if case .mapping(let entries) = root.content, let inner = entries.first(where: { $0.key == file.setting.key }) {
      throw .configuration(
        inner.location,
        .impossible(key: inner.key, found: "given", expected: "nothing: a settings file names no other one"))
    }
    // Its paths are relative to its own folder first.
    let own = PathFolders(
      environment: folders.environment, secondChoice: folders.secondChoice, exists: folders.exists,
      firstChoice: ConfigurationFile.folder(of: resolved), variables: folders.variables)
    try read(root, of: type, "the task file \(path.text)", own, &entry)
  }

  private func value(of node: Node, _ setting: SettingDescription) throws(SweepError) -> Value {
    let key = setting.key
    // Once for all tasks: what they compute of two settings cannot overflow.
    func bounded(_ value: Int, _ node: Node) throws(SweepError) -> Int {
      let limit = TaskSettings.largestInteger
      guard value.magnitude <= limit else {
        throw node.impossible(key, value > 0 ? "at most \(limit)" : "at least -\(limit)")
      }
      return value
    }
    func one(_ node: Node, _ kind: SettingDescription.Kind) throws(SweepError) -> Value {
      switch kind {
      case .integer, .integers:
        guard let value = node.integer else { throw node.wrongType(key, "a whole number") }
        return .integer(try bounded(value, node))
      case .number, .numbers, .countOrNumbers:
        if let value = node.integer { return .integer(try bounded(value, node)) }
        guard let value = node.number else { throw node.wrongType(key, "a number") }
        return .number(value)
      case .text, .texts, .path, .settingsFile: return .text(try node.requiredText(key))
      case .flag:
        guard let value = node.flag else { throw node.wrongType(key, "true or false") }
        return .flag(value)
      }
    }
    switch setting.kind {
    case .integer, .number, .text, .flag, .path, .settingsFile: return try one(node, setting.kind)
    case .integers, .numbers, .texts, .countOrNumbers:
      if case .scalar = node.content, setting.kind == .countOrNumbers {
        guard let count = node.integer else { throw node.wrongType(key, "a whole number or a list of numbers") }
        return .integer(try bounded(count, node))
      }
      guard let items = node.items else { throw node.wrongType(key, "a list") }
      guard !items.isEmpty else { throw node.impossible(key, "at least one value") }
      var values: [Value] = []
      for item in items { values.append(try one(item, setting.kind)) }
      return .list(values)
    }
  }
}
