public import Evaluation
import Tasks
import Text

/// What a sweep would do: cells, samples, tokens, memory and time; nothing was evaluated to make it.
public struct Plan: Sendable {
  /// The configuration's name.
  public var name: String
  /// One entry per model whose hyperparameters and tokenizer are there.
  public var models: [ModelPlan]
  /// One entry per cell, in the order of execution.
  public var cells: [CellPlan]
  /// Models and datasets that are missing; their cells are not among `cells`.
  public var missing: [MissingInput]
  /// What was chosen in place of `auto`, in words.
  public var choices: [String]
  /// What a person should know, in order, without repetition.
  public var warnings: [String]
  /// What the sweep's judge is asked; nil where there is none.
  public var judge: JudgePlan?
  /// What each shard would do, where a number of shards was asked for.
  public var shards: [ShardLoad] = []

  /// What a model needs.
  public struct ModelPlan: Sendable {
    /// The name in tables.
    public var name: String
    /// The pretraining window L.
    public var contextWindow: Int
    /// The number of parameters.
    public var parameterCount: Int
    /// Bytes of the weights: of the files, or, without them, of float16.
    public var weightByteCount: Int
    /// Weight files that are not there; a sweep would need them.
    public var missingWeights: [String]
    /// The longest sequence, prompt and new tokens.
    public var longestSequence: Int
    /// The most tokens whose keys and values are held at once: the longest sequence, or several that are decoded together.
    public var heldTokenCount = 0
    /// Bytes of the keys and values of the longest sequence alone, without which it cannot be evaluated.
    public var longestCacheByteCount = 0
    /// Bytes of the most keys and values that are held at once.
    public var cacheByteCount: Int
    /// Bytes of the buffers of a forward pass, and of what its operations take beside them.
    public var activationByteCount: Int
    /// How fast it is taken to be.
    public var rate: Rate
    /// True where a server computes: what it costs is counted in requests and tokens.
    public var isRemote = false
    /// What was found out about a server.
    public var remarks: [String] = []

    /// Bytes of weights, cache and buffers together.
    public var peakByteCount: Int { weightByteCount + cacheByteCount + activationByteCount }

    /// Bytes without which the longest sequence cannot be evaluated: its keys and values, and the buffers of a pass.
    public var leastByteCount: Int {
      let (sum, overflow) = longestCacheByteCount.addingReportingOverflow(activationByteCount)
      return overflow ? Int.max : sum
    }

    /// What cannot fit, with the numbers; nil where all fits, or nothing is known of the memory.
    ///
    /// - Parameters:
    ///   - available: the bytes that can be had; 0 where that is not known.
    ///   - weights: the bytes of them that weights take, where they are copied to the device.
    /// - Returns: the words.
    func memoryProblem(available: Int, weights: Int) -> String? {
      let (needed, overflow) = longestCacheByteCount.addingReportingOverflow(activationByteCount)
      guard available > 0, overflow || needed > available - weights else { return nil }
      let copied = weights > 0 ? "weights need \(NumberText.bytes(weights)), " : ""
      return "\(name): \(copied)keys and values of \(NumberText.grouped(longestSequence)) tokens need "
        + "\(NumberText.bytes(longestCacheByteCount)) and the buffers of a pass \(NumberText.bytes(activationByteCount)), and "
        + "\(NumberText.bytes(available)) can be had; take shorter lengths (--only), cache: float16, or a "
        + "\(weights > 0 ? "device" : "machine") with more memory; --memory says that more can be had"
    }
  }

  /// What a judge is asked.
  public struct JudgePlan: Sendable {
    /// The judge's name.
    public var name: String
    /// What was found out about its server.
    public var remarks: [String]
  }

  /// Calls that follow a sample's first one, before anything is answered.
  public struct FollowingCalls: Sendable {
    /// How many there are at most: equal answers share theirs.
    public var requestCount = 0
    /// How many of them belong to samples that are not done: at most as many are left, for some may be stored.
    public var openRequestCount = 0
    /// About as many tokens as their prompts have, without what is answered.
    public var promptTokenCount = 0
    /// The most new tokens.
    public var newTokenCount = 0

    /// Calls of a sample.
    mutating func add(_ calls: [FollowUp.Call], isDone: Bool) {
      requestCount += calls.count
      openRequestCount += isDone ? 0 : calls.count
      for call in calls {
        promptTokenCount += call.promptTokenCount
        newTokenCount += call.maxNewTokens
      }
    }

    /// Two together.
    static func + (a: Self, b: Self) -> Self {
      Self(
        requestCount: a.requestCount + b.requestCount, openRequestCount: a.openRequestCount + b.openRequestCount,
        promptTokenCount: a.promptTokenCount + b.promptTokenCount, newTokenCount: a.newTokenCount + b.newTokenCount)
    }
  }

  /// What a cell holds.
  public struct CellPlan: Sendable {
    /// The model's name.
    public var model: String
    /// The method in its canonical spelling.
    public var method: String
    /// The task's name.
    public var task: String
    /// The coordinates, for example `length=4096,depth=0.5`.
    public var coordinates: Coordinates
    /// Samples that the cell has, whatever the options take of it.
    public var totalSampleCount: Int
    /// Samples that are asked for.
    public var sampleCount: Int
    /// Samples asked for whose result is in the store.
    public var doneCount: Int
    /// Samples asked for that share plain's result, because the method is plain attention at their length.
    public var equalToPlainCount: Int
    /// Tokens of all prompts asked for.
    public var promptTokenCount: Int
    /// The longest prompt.
    public var longestPrompt: Int
    /// Prompts that were cut to fit.
    public var truncatedSampleCount: Int
    /// Seconds for the samples that are not done.
    public var remainingSeconds: Double
    /// Seconds for all samples asked for.
    public var totalSeconds: Double
    /// First requests of all samples asked for; one for each answer that is compared.
    public var requestCount = 0
    /// The most new tokens of them.
    public var newTokenCount = 0
    /// What the model is asked after that.
    public var following = FollowingCalls()
    /// What the judge is asked after that.
    public var judgments = FollowingCalls()
    /// About as many tokens as the longest judgment may have, with the answer that is judged and the judge's own.
    public var longestJudgment = 0
    /// Multiply-adds of all samples asked for.
    var multiplyAdds = 0.0
    /// Seconds for a multiply-add of the cell, by the plan's estimate.
    var secondsPerMultiplyAdd: Double { multiplyAdds > 0 ? totalSeconds / multiplyAdds : 0 }
  }

  /// Samples asked for.
  public var sampleCount: Int { cells.reduce(0) { $0 + $1.sampleCount } }
  /// Samples asked for whose result is in the store.
  public var doneCount: Int { cells.reduce(0) { $0 + $1.doneCount } }
  /// Samples that share plain's result.
  public var equalToPlainCount: Int { cells.reduce(0) { $0 + $1.equalToPlainCount } }
  /// Tokens of all prompts asked for.
  public var promptTokenCount: Int { cells.reduce(0) { $0 + $1.promptTokenCount } }
  /// Prompts that were cut to fit.
  public var truncatedSampleCount: Int { cells.reduce(0) { $0 + $1.truncatedSampleCount } }
  /// Seconds for what is not done.
  public var remainingSeconds: Double { cells.reduce(0) { $0 + $1.remainingSeconds } }
}
