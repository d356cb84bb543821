public import Evaluation

/// One row of a task's grid.
public typealias TaskCell = Coordinates

extension Coordinates {
  /// A named coordinate.
  public typealias Coordinate = Evaluation.Coordinate
}

/// A benchmark plugin: makes samples from its settings and turns a model's output into scores.
///
/// A task is one file in Sources/Tasks/<Benchmark>/ and one line in `TaskRegistry`. It is a value made once per
/// configuration entry by `init(settings:)`, which rejects what it does not understand. It never sees the engine.
public protocol EvaluationTask: Sendable {
  /// The task's name in a configuration, for example `passkey`.
  static var name: String { get }
  /// Rises with every change of the scorer that can move a score, so that what is stored is scored again.
  static var scorerVersion: Int { get }
  /// What the help and the documentation say of it.
  static var about: TaskDescription { get }
  /// The keys that a configuration may set, in the order of the documentation.
  static var settings: [any SettingDeclaration] { get }

  /// The official files that a user may bring; nil where there are none.
  static var benchmark: Benchmark? { get }
  /// The settings with which `tune` measures a method at one length; nil for a task that `tune` does not use.
  static func tuning(_ probe: TuningProbe) -> [String: Value]?
  /// Scores files of predictions of other programs; nil where nobody has such.
  static var predictions: PredictionScorer? { get }
  /// What a report shows of the task beyond one table of its cells.
  static var report: TaskReport { get }
  /// The scores that a sample of a mean can have, by metric, whatever the settings: a score outside is none.
  static var scoreRanges: [String: ClosedRange<Double>] { get }

  /// Reads the settings of one configuration entry.
  ///
  /// - Throws: `TaskError` with the key and what was expected, or the dataset file that is missing or damaged.
  init(settings: TaskSettings) throws(TaskError)

  /// The versioned name of the way of doing the task, for example `passkey/se-eval-v1`; part of a result's identity.
  var protocolName: String { get }
  /// What the report says of this protocol: wording, truncation, scorer, deviations from an official one.
  var protocolNotes: [String] { get }
  /// Name and SHA-256 of every file that the samples come from; empty for a generator.
  var dataFiles: [DataFile] { get }
  /// The metrics, the first one being the one of the tables.
  var metrics: [MetricDescription] { get }
  /// The metrics beside those, where the sweep has a judge; empty for a task that asks none.
  var judgedMetrics: [MetricDescription] { get }
  /// `protocolName` where the sweep has a judge: with what a judge is told otherwise than in an official protocol.
  var judgedProtocolName: String { get }
  /// What the report says of a judge's part in the scores, where the sweep has one.
  func judgedNotes(_ judge: Judge) -> [String]
  /// The grid of this entry, in table order.
  var cells: [TaskCell] { get }

  /// What should be known before a run, for example documents that are left out.
  func warnings(in context: SampleContext) -> [String]

  /// The samples of one cell; the same for every call with equal arguments.
  ///
  /// - Throws: `TaskError` when a sample cannot be made, for example a length that is too short for the wording.
  func samples(of cell: TaskCell, in context: SampleContext) throws(TaskError) -> [Sample]

  /// The scores of one outcome, one for each of `metrics` that applies, plus any auxiliary ones.
  ///
  /// Samples of a cell whose facts have the same names have scores of the same names in the same order, by which a score
  /// that was lost is known; a sample that cannot be scored may have one unscored score in place of all.
  ///
  /// - Parameters:
  ///   - reference: what a store keeps of the sample, so that stored outcomes can be scored again without a model.
  ///   - outcome: what the model did.
  /// - Returns: the scores, unscored ones with the reason.
  func scores(of reference: Reference, outcome: Outcome) -> [Score]

  /// The scoring of what a store keeps, made without the data; nil where every score needs them.
  ///
  /// - Throws: `TaskError.setting` where the settings make no sense.
  static func scoring(settings: TaskSettings) throws(TaskError) -> OutcomeScoring?

  /// What is shown as the output of a sample for which the model wrote no text, for example the likeliest choice.
  func answer(of reference: Reference, outcome: Outcome) -> String?
}

extension EvaluationTask {
  /// None.
  public var judgedMetrics: [MetricDescription] { [] }
  /// The same.
  public var judgedProtocolName: String { protocolName }
  /// None.
  public func judgedNotes(_ judge: Judge) -> [String] { [] }
  /// None.
  public static var benchmark: Benchmark? { nil }
  /// Nothing.
  public static var report: TaskReport { TaskReport() }
  /// Nothing is known.
  public static var scoreRanges: [String: ClosedRange<Double>] { [:] }
  /// Nil.
  public static func tuning(_ probe: TuningProbe) -> [String: Value]? { nil }
  /// Nil.
  public static var predictions: PredictionScorer? { nil }
  /// Nil.
  public static func scoring(settings: TaskSettings) throws(TaskError) -> OutcomeScoring? { nil }
  /// Nothing.
  public func answer(of reference: Reference, outcome: Outcome) -> String? { nil }
  /// Nothing.
  public func warnings(in context: SampleContext) -> [String] { [] }
}

/// A file that samples come from.
public struct DataFile: Hashable, Sendable {
  /// The name without the machine's folders.
  public let name: String
  /// SHA-256 of the content, 64 hexadecimal digits.
  public let sha256: String

  /// A file.
  public init(name: String, sha256: String) {
    self.name = name
    self.sha256 = sha256
  }
}
