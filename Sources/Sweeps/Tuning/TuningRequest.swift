import Evaluation
import JSON
import Positions
import Tasks

/// What `tune` is asked: a model, a length, and how much to spend.
public struct TuningRequest: Sendable {
  /// A GGUF file or a Hugging Face directory.
  public var modelPath: String
  /// The pretraining window L where it is not the checkpoint's.
  public var contextWindow: Int?
  /// The length N to hold, in tokens.
  public var targetLength: Int
  /// A text file, or a folder of them, for perplexity; nil looks at passkey alone.
  public var text: String?
  /// Samples per cell (keys per depth, windows of text) in the last rung.
  public var trials: Int
  /// Depths of the key.
  public var depths: Int
  /// The group sizes to try; nil for those that fit.
  public var groups: [Int]?
  /// The neighbor windows to try; nil for powers of two from L/32 to L/2.
  public var windows: [Int]?
  /// The seed of the keys.
  public var seed: UInt64

  /// A request with the defaults of the command line.
  public init(modelPath: String, targetLength: Int) {
    self.modelPath = modelPath
    self.targetLength = targetLength
    trials = 4
    depths = 5
    seed = 42
  }

  /// Where results and reports go: `tune-<model>-<N>`, in characters that a file name may have.
  public var name: String {
    let last = modelPath.split(separator: "/").last.map(String.init) ?? "model"
    let stem = last.lowercased().hasSuffix(".gguf") ? String(last.dropLast(5)) : last
    let safe = stem.map { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) ? $0 : "-" }
    return "tune-\(String(safe.prefix(60)))-\(targetLength)"
  }

  /// Samples per cell in each rung: 1, 2, 4 and so on, at last `trials`.
  var limits: [Int] {
    var limits: [Int] = []
    var limit = 1
    while limit < trials {
      limits.append(limit)
      limit *= 2
    }
    return limits + [trials]
  }

  /// The (G, W) that hold the target: for each W the smallest power of two G whose maximum length reaches N, and the
  /// three after it.
  ///
  /// N is the length of a prompt; the dozen tokens that a passkey's answer adds to it do not count. Ordered by G, then W.
  /// G = 1 is plain attention whatever W is, and stands once.
  func grid(contextWindow: Int) -> [SelfExtend] {
    let capacity = Capacity(contextWindow: contextWindow)
    var grid: Set<SelfExtend> = []
    for window in windows ?? capacity.neighborWindows {
      let fitting = (groups ?? capacity.groupSizes).sorted().map { SelfExtend(groupSize: $0, neighborWindow: window) }
        .filter { $0.maximumLength(contextWindow: contextWindow) >= targetLength }
      for parameters in groups == nil ? Array(fitting.prefix(4)) : fitting { grid.insert(parameters) }
    }
    let plain = grid.filter { $0.groupSize == 1 }.max { $0.neighborWindow < $1.neighborWindow }
    return grid.filter { $0.groupSize > 1 || $0 == plain }
      .sorted { ($0.groupSize, $0.neighborWindow) < ($1.groupSize, $1.neighborWindow) }
  }

  /// Pairs that `grid` does not try, in words: those that do not hold the target, and larger group sizes than needed.
  func leftOut(contextWindow: Int) -> [String] {
    let capacity = Capacity(contextWindow: contextWindow)
    var lines: [String] = []
    var larger: [(groups: String, window: Int)] = []
    for window in windows ?? capacity.neighborWindows {
      let sizes = (groups ?? capacity.groupSizes).sorted()
      let all = sizes.map { SelfExtend(groupSize: $0, neighborWindow: window) }
      let short = all.filter { $0.maximumLength(contextWindow: contextWindow) < targetLength }
      if let last = short.last {
        let sizes = short.map { "\($0.groupSize)" }.joined(separator: ", ")
        lines.append(
          "W=\(window), G=\(sizes): hold at most \(last.maximumLength(contextWindow: contextWindow)) tokens, fewer than \(targetLength)"
        )
      }
      let beyond = groups == nil ? Array(all.filter { !short.contains($0) }.dropFirst(4)) : []
      if !beyond.isEmpty { larger.append((beyond.map { "\($0.groupSize)" }.joined(separator: ", "), window)) }
    }
    // Windows that leave out the same group sizes share a line.
    var groups: [String] = []
    for (sizes, _) in larger where !groups.contains(sizes) { groups.append(sizes) }
    for sizes in groups {
      let windows = larger.filter { $0.groups == sizes }.map { "\($0.window)" }.joined(separator: ", ")
      lines.append(
        "W=\(windows), G=\(sizes): larger than the four smallest group sizes that hold the length; --groups tries them")
    }
    return lines
  }

  /// The whole search as one configuration; each rung is a sweep over a part of it.
  func configuration(methods: [SelfExtend], taskTypes: [any EvaluationTask.Type]) -> String {
    var model: [String: JSONValue] = ["name": .string("model"), "path": .string(modelPath)]
    if let contextWindow { model["context"] = .integer(contextWindow) }
    let probe = TuningProbe(length: targetLength, trials: trials, depths: depths, text: text)
    let tasks = taskTypes.compactMap { type in
      type.tuning(probe).map {
        JSONValue.object([type.name: .object($0.mapValues { JSONValue($0) })])
      }
    }
    return JSONValue.object([
      "name": .string(name), "seed": .integer(Int(clamping: seed)), "models": .array([.object(model)]),
      "methods": .array(methods.map { .string(Method.selfExtend($0).description) }), "tasks": .array(tasks),
    ]).spelling
  }
}
