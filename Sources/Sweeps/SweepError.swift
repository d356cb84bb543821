public import Backends
public import Evaluation
public import Store
public import Tasks
public import Text

/// A model or dataset that is not there.
public struct MissingInput: Hashable, Sendable {
  /// What is missing.
  public enum Kind: Hashable, Sendable {
    case model, dataset
  }
  /// What is missing.
  public let kind: Kind
  /// The model's name, or the task's.
  public let name: String
  /// The argument that names another place, for example `tasks.pg19.path`.
  public let argument: String
  /// The path as the configuration writes it.
  public let writtenPath: String
  /// Where it is written.
  public let location: TextLocation
  /// The variable that is not set, where that is the reason.
  public let unsetVariable: String?
  /// The files that were looked for and are not there, each possibly with alternatives.
  public let lookedFor: [String]

  /// A missing input.
  public init(
    kind: Kind, name: String, argument: String, writtenPath: String, location: TextLocation, unsetVariable: String?,
    lookedFor: [String]
  ) {
    self.kind = kind
    self.name = name
    self.argument = argument
    self.writtenPath = writtenPath
    self.location = location
    self.unsetVariable = unsetVariable
    self.lookedFor = lookedFor
  }
}

/// What can go wrong with a sweep; facts only, worded by `description`.
public enum SweepError: Error, Hashable, Sendable {
  /// The configuration is no acceptable YAML.
  case yaml(TextLocation, YAMLProblem)
  /// The configuration asks for something impossible.
  case configuration(TextLocation, ConfigurationProblem)
  /// There is no such configuration file.
  case noConfiguration(path: String, suggestion: String?)
  /// The configuration file is there and cannot be read.
  case unreadable(path: String, problem: WholeFileProblem)
  /// An argument is not of its form.
  case argument(String, expected: String)
  /// `--only` names a key or a value that no cell has.
  case selection(SelectionError)
  /// Keys and values of the longest sample do not fit into memory.
  case memory(String)
  /// What was asked for contains no sample.
  case nothingToDo
  /// Models or datasets are missing.
  case missing([MissingInput])
  /// A model is there and cannot be used, or its backend was lost.
  case backend(BackendError)
  /// A cell asks for what the model's backend cannot do.
  case unsupported(model: String, what: String)
  /// A stored evaluation does not fit the sample that it is for.
  case damagedEvaluation(store: String, sampleID: String)
  /// A cell was to be evaluated that the store was not told of: a fault of the program.
  case unregistered(cell: String)
  /// A task refused its settings or data.
  case task(name: String, TextLocation, TaskError)
  /// The store failed.
  case store(StoreError)
  /// The baseline of a gate cannot be read.
  case baseline(path: String, TextLocation, reason: String)
}

extension SweepError: FaultReporting {
  /// The task's own fault, missing inputs, or what the configuration asks.
  public var fault: Fault {
    switch self {
    case .yaml, .configuration, .noConfiguration, .unreadable, .argument, .selection, .nothingToDo, .baseline, .memory:
      .usage
    case .unsupported: .usage
    case .missing: .missingInput
    case .backend(let error): error.fault
    case .damagedEvaluation: .damagedInput
    case .unregistered: .runtime
    case .task(_, _, let error): error.fault
    case .store(let error): error.fault
    }
  }

  /// The exit status that the error stands for.
  public var status: ExitStatus { ExitStatus(fault) }
}

extension SweepError: CustomStringConvertible {
  /// What is wrong, where, and what to do.
  public var description: String {
    switch self {
    case .yaml(let location, let problem): return "\(location): \(problem)"
    case .configuration(let location, let problem): return "\(location): \(problem)"
    case .noConfiguration(let path, let suggestion):
      let hint = suggestion.map { "; did you mean '\($0)'?" } ?? "; check the path"
      return "there is no configuration '\(path)'" + hint
    case .unreadable(let path, let problem): return "\(path): \(problem)"
    case .argument(let argument, let expected): return "argument '\(argument)': expected \(expected)"
    case .selection(let error): return error.description
    case .memory(let problem): return problem
    case .nothingToDo:
      return "nothing to evaluate: no sample is left of what was asked for; see --only, --limit, --shard"
    case .missing(let inputs): return inputs.map(\.description).joined(separator: "\n")
    case .backend(let error): return error.description
    case .unsupported(let model, let what):
      return "model '\(model)' cannot give \(what); leave such cells out with --only, or name another model"
    case .unregistered(let cell):
      return "\(cell): the cell was not registered in the store; this is a fault of se-eval, please report it"
    case .damagedEvaluation(let store, let sampleID):
      return "\(store): what is stored of the sample \(sampleID) does not fit it; restore a copy of the store"
    case .task(let name, let location, let error): return "\(location): task \(name): \(error)"
    case .store(let error): return error.description
    case .baseline(let path, let location, let reason):
      return "\(location): the baseline \(path) cannot be used: \(reason)"
    }
  }
}

extension MissingInput: CustomStringConvertible {
  /// What was looked for, where, and how to get it.
  public var description: String {
    let subject = kind == .model ? "the model '\(name)'" : "the data of task \(name)"
    var lines = ["\(location): \(subject) is missing: \(writtenPath)"]
    if let unsetVariable {
      let content = kind == .model ? "models" : "datasets"
      lines.append("  the variable \(unsetVariable) is not set; set it to the folder that holds the \(content):")
      lines.append("    export \(unsetVariable)=/path/to/\(content)")
    }
    if !lookedFor.isEmpty {
      lines.append("  looked for:")
      lines += lookedFor.map { "    \($0)" }
    }
    switch kind {
    case .model:
      lines.append(
        "  how to get it: download the model's repository (config.json, tokenizer files, *.safetensors) or its GGUF file"
      )
      lines.append("  from its publisher, accepting the licence where there is one, and put it at the path above,")
    case .dataset:
      lines.append(
        "  how to get it: `se-eval data import --help` says where the official files come from and arranges them,")
    }
    lines.append("  or say where it lies: \(argument)=PATH on the command line")
    return lines.joined(separator: "\n")
  }
}
