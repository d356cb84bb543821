import Backends
import Evaluation
import Foundation
import Kernels
import Positions
import Store
import Sweeps
import Synchronization
import Tasks
import TestSupport
import Text

@testable import Tokenizers

/// A task without data: sample n of a cell is `length` tokens that depend on length, n and seed.
struct CountingTask: EvaluationTask {
  static let name = "counting"
  static let scorerVersion = 1
  static let about = TaskDescription(summary: "counts", protocols: [], metrics: [], example: "{trials: 2}")
  static let lengths = Setting.integers("lengths", "prompt lengths", default: [4, 8], in: 1...1_000_000)
  static let trials = Setting.integer("trials", "samples per cell", default: 2)
  static let path = Setting.path("path", "a folder", otherwise: "none")
  static let settings: [any SettingDeclaration] = [
    lengths, Setting.countOrNumbers("depths", "depths", otherwise: "none"), trials,
    Setting.text("label", "a word", otherwise: "none"), Setting.texts("words", "words", otherwise: "none"),
    Setting.flag("strict", "a flag", default: false), Setting.number("share", "a number", otherwise: "none"), path,
  ]
  let lengths: [Int]
  let trials: Int

  init(settings: TaskSettings) throws(TaskError) {
    lengths = try settings[Self.lengths]
    trials = try settings[Self.trials]
    if let path = try settings[Self.path], !FileManager.default.fileExists(atPath: path) {
      throw .missingData(path: path, need: "text files")
    }
  }

  var protocolName: String { "counting/v1" }
  var protocolNotes: [String] { [] }
  var dataFiles: [DataFile] { [] }
  var metrics: [MetricDescription] { [.init(name: "accuracy", aggregation: .accuracy, higherIsBetter: true)] }
  var cells: [TaskCell] { lengths.map { TaskCell([.init("length", .integer($0))]) } }

  func samples(of cell: TaskCell, in context: SampleContext) throws(TaskError) -> [Sample] {
    guard case .integer(let length)? = cell.coordinates.first?.value else { return [] }
    return (0..<trials).map { trial in
      let tokens = (0..<length).map { $0 == length - 1 ? trial + Int(context.seed % 1000) : $0 }
      return Sample(
        id: SampleID("length=\(length)/trial=\(trial)"), text: "\(tokens)",
        request: .generate(tokens: tokens, maxNewTokens: 1), expected: ["\(trial % 2)"],
        facts: [("length", .integer(length)), ("trial", .integer(trial))],
        truncatedTokenCount: trial == 1 ? 3 : 0)
    }
  }

  func scores(of reference: Reference, outcome: Outcome) -> [Score] {
    guard case .generation(_, let text, _) = outcome else { return [Score("accuracy", unscored: "no text")] }
    return [Score("accuracy", reference.expected.contains(text) ? 1 : 0)]
  }
}

/// Another task of the same shape, for names that are nearly the same.
struct ScoringTask: EvaluationTask {
  static let name = "scoring"
  static let scorerVersion = 1
  static let about = TaskDescription(summary: "scores", protocols: [], metrics: [], example: "{lengths: [6]}")
  static let lengths = Setting.integers("lengths", "lengths", default: [6], in: 1...1_000_000)
  static let settings: [any SettingDeclaration] = [lengths]
  let lengths: [Int]
  init(settings: TaskSettings) throws(TaskError) { lengths = try settings[Self.lengths] }
  var protocolName: String { "scoring/v1" }
  var protocolNotes: [String] { ["scores everything"] }
  var dataFiles: [DataFile] { [DataFile(name: "b", sha256: "2"), DataFile(name: "a", sha256: "1")] }
  var metrics: [MetricDescription] { [.init(name: "perplexity", aggregation: .perplexity, higherIsBetter: false)] }
  var cells: [TaskCell] { lengths.map { TaskCell([.init("length", .integer($0))]) } }
  func samples(of cell: TaskCell, in context: SampleContext) throws(TaskError) -> [Sample] {
    guard case .integer(let length)? = cell.coordinates.first?.value else { return [] }
    return [Sample(id: SampleID("window=0"), text: "text", request: .score(tokens: Array(0..<length)))]
  }
  func scores(of reference: Reference, outcome: Outcome) -> [Score] {
    guard case .logProbabilities(let values) = outcome else { return [] }
    let sum = -values.reduce(0) { $0 + Double($1) }
    return [Score("nll_sum", sum), Score("token_count", Double(values.count))]
  }
}

let taskTypes: [any EvaluationTask.Type] = [CountingTask.self, ScoringTask.self]

/// A model whose output is a function of prompt and method, and that fails or is interrupted where told.
final class ScriptedProvider: Backend, LoadedModel {
  var numericsVersion = "scripted-1"
  var environment: [String: String] { ["engine": "scripted"] }
  var modelHash = "weights"
  var window = 1000
  /// Every request that was carried out, in order.
  var requests: [(tokens: [Int], method: Method)] = []
  var loadedModels: [String] = []
  /// True for a model that changes its frequencies itself.
  var hasRotaryScaling = false
  /// Requests after which `isCancelled` is true.
  var cancelsAfter = Int.max
  /// True for prompts that fail.
  var fails: ([Int], Method) -> Bool = { _, _ in false }

  /// What a model without sense says of the last token that it scores.
  var lastLogProbability: Float?

  /// Whether what fails does so for numbers that are not finite.
  var isNotFinite = false

  var isCancelled: Bool { requests.count >= cancelsAfter }

  /// Bytes that keys and values can take; 0 where that is not known.
  var memory = 0
  /// Ids that the model has an embedding for; 0 where that is not known.
  var vocabularySize = 0
  /// What the model can be asked for.
  var abilities = Capabilities()

  func inventory(of model: ModelSpecification) -> ModelInventory {
    guard let data = FileManager.default.contents(atPath: model.path) else {
      return EngineBackend(workers: Workers(threads: 1)).inventory(of: model)
    }
    return ModelInventory(weightByteCount: data.count)
  }

  func capabilities(of model: ModelSpecification) throws(BackendError) -> Capabilities { abilities }

  func facts(of model: ModelSpecification) throws(BackendError) -> ModelFacts {
    ModelFacts(
      contextWindow: window, slidingWindow: nil, hasRotaryScaling: hasRotaryScaling, parameterCount: 100,
      multiplyAdds: { new, cached, logits in Double(new * 100 + new * (new + cached)) },
      cacheByteCount: { method, type in (method == .plain ? 8 : 12) * (type == .float32 ? 2 : 1) },
      activationByteCount: 5000, availableByteCount: memory, vocabularySize: vocabularySize)
  }

  func tokenizer(of model: ModelSpecification) throws(BackendError) -> Tokenizer {
    do { return try ByteTokenizer.load() } catch { throw .unusable(model, cause: MissingFiles(["\(error)"])) }
  }

  func modelHash(of model: ModelSpecification, hashes: any FileHashCache) throws(BackendError) -> String? { modelHash }

  func load(_ model: ModelSpecification, hashes: any FileHashCache) throws(BackendError) -> any LoadedModel {
    loadedModels.append(model.name)
    return self
  }

  func groupCount(_ requests: ArraySlice<ModelRequest>) -> Int { 1 }

  func run(
    _ requests: [ModelRequest], method: Method, isCancelled: @escaping () -> Bool, onProgress: @escaping (Int) -> Void
  ) throws(BackendError) -> [Result<Answer, RequestFailure>] {
    var answers: [Result<Answer, RequestFailure>] = []
    for request in requests {
      if isCancelled() { throw .cancelled }
      answers.append(answer(request.request, method, onProgress))
    }
    return answers
  }

  private func answer(
    _ request: Request, _ method: Method, _ onProgress: (Int) -> Void
  ) -> Result<Answer, RequestFailure> {
    let tokens = request.tokens
    if fails(tokens, method) { return .failure(RequestFailure("scripted failure", isNotFinite: isNotFinite)) }
    requests.append((tokens, method))
    onProgress(tokens.count)
    let outcome: Outcome
    switch request {
    case .score:
      var values = tokens.dropFirst().map { -Float($0 + method.description.count) / 10 }
      if let lastLogProbability { values[values.count - 1] = lastLogProbability }
      outcome = .logProbabilities(values)
    case .generate:
      let digit = (tokens.last ?? 0) % 2
      outcome = .generation(tokens: [digit], text: "\(digit)", finishReason: .length)
    case .choices(_, let continuations):
      outcome = .choiceLogProbabilities(continuations.map { $0.map { -Float($0) / 10 } })
    }
    return .success(Answer(outcome, computedTokenCount: tokens.count, seconds: 0.001))
  }
}

extension Sweep {
  /// A sweep whose models all have one backend.
  convenience init(
    _ configuration: Configuration, options: SweepOptions, provider: any Backend, purpose: Purpose
  ) throws(SweepError) {
    try self.init(configuration, options: options, purpose: purpose, backend: { _ in provider })
  }
}

/// A tokenizer with one token per byte, from a tokenizer.json that is made on the spot.
enum ByteTokenizer {
  private static let shared = Result {
    let folder = try TokenizerFolder()
    return try withExtendedLifetime(folder) { try Tokenizer.load(modelPath: folder.path) }
  }

  static func load() throws -> Tokenizer { try shared.get() }
}

/// A folder with the tokenizer.json of a tokenizer with one token per byte; removed with its owner.
final class TokenizerFolder {
  private let folder: TemporaryFolder
  var path: String { folder.path }

  init() throws {
    folder = try TemporaryFolder()
    // GPT-2's alphabet: printable bytes stand for themselves, the others for the code points from 256.
    var vocabulary: [String: Int] = ["<end>": 256]
    var next: UInt32 = 256
    for byte in 0..<256 {
      let isPrintable = (33...126).contains(byte) || (161...172).contains(byte) || (174...255).contains(byte)
      let code = isPrintable ? UInt32(byte) : next
      if !isPrintable { next += 1 }
      vocabulary[String(Unicode.Scalar(code).map { Character($0) } ?? "?")] = byte
    }
    let json: [String: Any] = [
      "version": "1.0",
      "added_tokens": [
        [
          "id": 256, "content": "<end>", "special": true, "single_word": false, "lstrip": false, "rstrip": false,
          "normalized": false,
        ]
      ],
      "pre_tokenizer": ["type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true],
      "decoder": ["type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true],
      "model": ["type": "BPE", "vocab": vocabulary, "merges": [] as [String]],
    ]
    // Sorted, so that every folder holds the same bytes: a tokenizer is identified by them.
    try JSONSerialization.data(withJSONObject: json, options: .sortedKeys)
      .write(to: URL(fileURLWithPath: folder.path + "/tokenizer.json"))
    try Data(#"{"eos_token": "<end>"}"#.utf8).write(to: URL(fileURLWithPath: folder.path + "/tokenizer_config.json"))
  }
}

/// A folder with the file of a model.
func modelFolder() throws -> TemporaryFolder {
  let folder = try TemporaryFolder()
  try folder.write([0], to: "model.gguf")
  return folder
}

func configuration(
  _ text: String, overrides: [String] = [], environment: [String: String] = [:]
) throws(SweepError) -> Configuration {
  try Configuration.read(
    Array(text.utf8), file: "test.yaml", overrides: overrides, taskTypes: taskTypes, environment: environment)
}

/// A configuration over the model of a folder.
func configuration(
  in folder: TemporaryFolder, methods: String = "[plain]", tasks: String = "[counting]", more: String = ""
) throws(SweepError) -> Configuration {
  try configuration(
    "name: test\nmodels: [{name: m, path: \(folder.path)/model.gguf}]\nmethods: \(methods)\ntasks: \(tasks)\n\(more)")
}

/// What a store holds, without times and row numbers, for comparing two stores.
func content(of store: ResultStore) throws -> [String] {
  var lines: [String] = []
  for cell in try store.cells() {
    lines.append("\(cell.record)")
    for var result in try store.results(in: cell.id, withPrompts: true, withLogProbabilities: true) {
      result.durationSeconds = 0
      result.computedTokenCount = 0
      lines.append("\(result)")
    }
  }
  return lines
}
