public import Evaluation

/// One invocation of `sweep`: what was asked, where and with which versions.
public struct RunRecord: Hashable, Sendable, Codable {
  /// The configuration's name; also the folder under Reports/.
  public var name: String
  /// The resolved configuration, as canonical JSON (keys sorted).
  public var configuration: String
  /// SHA-256 of the resolved configuration.
  public var configurationHash: String
  /// Host, CPU, threads, engine and numerics versions, git revision, BLAS, seed: name and value, sorted by name.
  public var environment: [String: String]
  /// Warnings of the plan, in order.
  public var warnings: [String]
  /// Which part of the sweep it does; nil for all of it.
  public var shard: ShardRecord?

  /// A record from its parts.
  public init(
    name: String, configuration: String, configurationHash: String, environment: [String: String], warnings: [String],
    shard: ShardRecord? = nil
  ) {
    self.name = name
    self.configuration = configuration
    self.configurationHash = configurationHash
    self.environment = environment
    self.warnings = warnings
    self.shard = shard
  }
}

/// One number of a table: model x method x task x coordinates.
public struct CellRecord: Hashable, Sendable, Codable {
  /// The model's name in the configuration.
  public var model: String
  /// The pretraining window L of the model.
  public var contextWindow: Int
  /// SHA-256 over the weights, tokenizer and hyperparameters.
  public var modelHash: String
  /// The method in its canonical spelling, for example `self-extend:G=8,W=512`.
  public var method: String
  /// The task's name, for example `passkey`.
  public var task: String
  /// Distinguishes two entries of one task in one configuration: the entry's settings as canonical JSON.
  public var settings: String
  /// The protocol's versioned name.
  public var protocolName: String
  /// What the report says of the protocol.
  public var protocolNotes: [String]
  /// SHA-256 over names and hashes of the data files; empty for a generator.
  public var dataHash: String
  /// The coordinates in table order, names and values as text: `[("length", "4096"), ("depth", "0.5")]`.
  public var coordinates: Coordinates
  /// The metrics of the task, the table's one first.
  public var metrics: [MetricDescription]
  /// The samples that the cell must have to be complete.
  public var sampleCount: Int

  /// A record from its parts.
  public init(
    model: String, contextWindow: Int, modelHash: String, method: String, task: String, settings: String,
    protocolName: String, protocolNotes: [String], dataHash: String, coordinates: Coordinates,
    metrics: [MetricDescription],
    sampleCount: Int
  ) {
    self.model = model
    self.contextWindow = contextWindow
    self.modelHash = modelHash
    self.method = method
    self.task = task
    self.settings = settings
    self.protocolName = protocolName
    self.protocolNotes = protocolNotes
    self.dataHash = dataHash
    self.coordinates = coordinates
    self.metrics = metrics
    self.sampleCount = sampleCount
  }
}

/// One evaluated sample: what is committed in one transaction.
public struct SampleResult: Hashable, Sendable, Codable {
  /// The sample's name inside its task.
  public var sampleID: String
  /// The evaluation's identity: SHA-256 over everything that the model's work depends on (weights, tokenizer, prompt
  /// tokens, method, decoding, numerics version), or what schema 1 gave in its place.
  public var identity: String
  /// The rendered prompt; stored once per distinct text, compressed.
  public var prompt: String
  /// The first eight token ids of the prompt, to see the BOS.
  public var firstTokens: [Int]
  /// The prompt's length in tokens.
  public var promptTokenCount: Int
  /// Tokens that were cut away to fit.
  public var truncatedTokenCount: Int
  /// The accepted answers.
  public var expected: [String]
  /// Requested and realised length and depth, document and the like: JSON object with sorted keys.
  public var facts: String
  /// The output's text, or the likeliest choice; nil for a text that was only scored.
  public var output: String?
  /// The output's token ids, nil for a text that was only scored.
  public var outputTokens: [Int]?
  /// `eos`, `length`, `stop`, or `choice` where choices were compared; nil for a text that was only scored.
  public var finishReason: FinishReason?
  /// Scores by metric.
  public var scores: [Score]
  /// Natural-log probabilities of the tokens after the first, or of all choices' tokens one choice after another; nil
  /// for a text that was generated.
  public var logProbabilities: [Float]?
  /// Wall seconds of the evaluation.
  public var durationSeconds: Double
  /// Tokens that were computed; fewer than the prompt's where a prefix was reused.
  public var computedTokenCount: Int

  /// A result from its parts.
  public init(
    sampleID: String, identity: String, prompt: String, firstTokens: [Int], promptTokenCount: Int,
    truncatedTokenCount: Int, expected: [String], facts: String, output: String?, outputTokens: [Int]?,
    finishReason: FinishReason?, scores: [Score], logProbabilities: [Float]?, durationSeconds: Double,
    computedTokenCount: Int
  ) {
    self.sampleID = sampleID
    self.identity = identity
    self.prompt = prompt
    self.firstTokens = firstTokens
    self.promptTokenCount = promptTokenCount
    self.truncatedTokenCount = truncatedTokenCount
    self.expected = expected
    self.facts = facts
    self.output = output
    self.outputTokens = outputTokens
    self.finishReason = finishReason
    self.scores = scores
    self.logProbabilities = logProbabilities
    self.durationSeconds = durationSeconds
    self.computedTokenCount = computedTokenCount
  }
}
