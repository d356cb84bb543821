public import Backends
import Digest
public import Evaluation
import JSON
public import Positions
public import Tasks
public import Tokenizers

/// A sweep as its configuration asks for it: checked, with the overrides of the command line and all defaults.
public struct Configuration: Sendable {
  /// The file it was read from.
  public let file: String
  /// The name; also the name of the store and of the report's folder.
  public let name: String
  /// The seed that all randomness of the tasks is derived from.
  public let seed: UInt64
  /// The models, in file order.
  public let models: [ModelEntry]
  /// The methods, grids expanded, in file order; `auto` among their parameters is decided cell by cell.
  public let methods: [MethodChoice]
  /// The tasks, in file order.
  public let tasks: [TaskEntry]
  /// What must hold at the end.
  public let gates: [Gate]
  /// Who judges answers that no rule can score; nil for nobody.
  public let judge: JudgeEntry?
  /// True where data that no import made may stand for a benchmark's.
  public let allowsUnverified: Bool
  /// The variables that it names as `${NAME}`, in the file, in overrides and in files of settings, whether they are set or not.
  public internal(set) var variables: Set<String> = []

  /// One model of a configuration.
  public struct ModelEntry: Hashable, Sendable {
    /// The name in tables.
    public let name: String
    /// A GGUF file or a Hugging Face directory.
    public let path: ConfiguredPath
    /// The pretraining window L where the configuration says it; the checkpoint's own otherwise.
    public let contextWindow: Int?
    /// The chat template to wrap prompts in: `auto` for the checkpoint's own, or nil for none.
    public let chat: String?
    /// The system message of chat prompts whose task has none.
    public let system: String?
    /// The day that a chat template is told.
    public let date: ChatDate
    /// The type of the key and value cache.
    public let cache: CacheType
    /// The server that runs it; `path` is then its tokenizer.
    public let server: ServerSpecification?
    /// The device that runs it, where the configuration says it.
    public let device: DeviceChoice?

    init(
      name: String, path: ConfiguredPath, contextWindow: Int?, chat: String?, cache: CacheType, system: String? = nil,
      date: ChatDate = .standard, server: ServerSpecification? = nil, device: DeviceChoice? = nil
    ) {
      self.name = name
      self.path = path
      self.contextWindow = contextWindow
      self.chat = chat
      self.cache = cache
      self.system = system
      self.date = date
      self.server = server
      self.device = device
    }

    /// What a backend knows the model by.
    ///
    /// - Parameter path: the path with its variables replaced.
    /// - Returns: the model.
    func specification(path: String) -> ModelSpecification {
      ModelSpecification(name: name, path: path, cache: cache, server: server)
    }
  }

  /// The judge of a configuration: a model that a server runs, which is sent messages.
  public struct JudgeEntry: Hashable, Sendable {
    /// The server, as a model entry.
    public let model: ModelEntry
    /// Whose answers L-Eval's are compared with; nil where nobody's.
    public let baseline: Baseline?

    /// Stored answers.
    public struct Baseline: Hashable, Sendable {
      /// The model's name in its store.
      public let model: String
      /// The method, as tables call it.
      public let method: String
      /// The store; nil for the sweep's own.
      public let store: ConfiguredPath?
    }

    /// What results depend on; where the server is, is left out.
    var json: JSONValue {
      var members: [String: JSONValue] = ["name": .string(model.name)]
      members["server"] = model.server?.resolved
      if let baseline {
        members["baseline"] = .object([
          "model": .string(baseline.model), "method": .string(baseline.method), "db": JSONValue(baseline.store?.text),
        ])
      }
      return .object(members)
    }
  }

  /// The type in which keys and values are kept.
  public typealias CacheType = Backends.CacheType

  /// One task of a configuration with its settings.
  public struct TaskEntry: Sendable {
    /// The task's type.
    public let type: any EvaluationTask.Type
    /// The name that the entry gives itself (`name:`), by which reports, gates and progress call it; nil for none.
    public let ownName: String?
    /// What it is called among the entries of its configuration.
    public internal(set) var label = ""
    /// The settings as written, paths with their variables; part of the name of its cells.
    public let written: [String: Value]
    /// The settings with paths resolved; nil while a variable of a path is not set.
    public let settings: TaskSettings?
    /// The paths among the settings.
    public let paths: [String: ConfiguredPath]
    /// Where each setting stands.
    public let locations: [String: TextLocation]
    /// Where the entry stands.
    public let location: TextLocation

    /// The task's name.
    public var name: String { type.name }
    /// The settings as written, in their one spelling.
    public var settingsText: String { settingsJSON.spelling }

    /// The settings as written, and the entry's own name among them.
    var settingsJSON: JSONValue {
      var members = written.mapValues { JSONValue($0) }
      if let ownName { members[TaskEntries.nameKey] = .string(ownName) }
      return .object(members)
    }
  }

  /// The whole configuration in its one spelling: canonical JSON with sorted keys; paths as written.
  public var resolved: String {
    let models = models.map { model -> JSONValue in
      var members: [String: JSONValue] = [
        "name": .string(model.name), "path": .string(model.path.text),
        "context": model.contextWindow.map { .integer($0) } ?? .null, "chat": JSONValue(model.chat),
        "cache": .string(model.cache.rawValue),
      ]
      if let system = model.system { members["system"] = .string(system) }
      if model.date != .standard { members["date"] = .string(model.date.spelling) }
      if let server = model.server { members["server"] = server.resolved }
      if let device = model.device { members["device"] = .string(device.description) }
      return JSONValue.object(members)
    }
    let tasks = tasks.map { task in
      JSONValue.object([task.name: task.settingsJSON])
    }
    var members: [String: JSONValue] = [
      "name": .string(name), "seed": .integer(Int(clamping: seed)), "models": .array(models),
      "methods": .array(methods.map { .string($0.description) }), "tasks": .array(tasks),
      "gates": .array(gates.map(\.json)),
    ]
    if let judge { members["judge"] = judge.json }
    if allowsUnverified { members["allow-unverified"] = .bool(true) }
    return JSONValue.object(members).spelling
  }

  /// What the entries of the tasks are called.
  public var entryNames: TaskEntries { TaskEntries(tasks.map { ($0.name, $0.settingsText) }) }

  /// The variables that hold the keys of servers (`key-env`): their values are secrets.
  public var keyVariables: Set<String> {
    Set((models + (judge.map { [$0.model] } ?? [])).compactMap { $0.server?.keyVariable })
  }

  /// SHA-256 of `resolved`.
  public var hash: String { SHA256.hexadecimal(of: resolved) }
}
