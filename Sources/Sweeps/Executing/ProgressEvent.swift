import Evaluation
public import Gates
public import Store
public import Text

/// What happens during a sweep, as numbers and names; the caller turns it into a bar, lines or JSON.
public enum ProgressEvent: Sendable {
  /// The work is known and begins.
  case started(OverallProgress)
  /// A model's weights are being mapped and hashed.
  case loadingModel(name: String)
  /// A model is ready.
  case modelLoaded(name: String, seconds: Double)
  /// A cell begins; one whose samples are all done begins and ends at once.
  case cellStarted(CellProgress, OverallProgress)
  /// A long sample goes on.
  case sampleProgress(SampleProgress, OverallProgress)
  /// A sample is committed.
  case sampleFinished(SampleFinished, OverallProgress)
  /// A sample failed; the others go on.
  case sampleFailed(cell: CellProgress, sampleID: String, reason: String, OverallProgress)
  /// A cell ends.
  case cellFinished(CellProgress, OverallProgress)
}

/// How far the whole sweep is.
public struct OverallProgress: Hashable, Sendable {
  /// Cells of the sweep.
  public var cellCount = 0
  /// Cells that are behind us.
  public var finishedCellCount = 0
  /// Those of them of which no sample failed in this run.
  public var wholeCellCount = 0
  /// Samples asked for.
  public var sampleCount = 0
  /// Samples whose result is in the store, whenever it came there.
  public var doneSampleCount = 0
  /// Samples evaluated by this run.
  public var evaluatedSampleCount = 0
  /// Samples taken from an equal result of another cell by this run.
  public var reusedSampleCount = 0
  /// Samples that failed in this run.
  public var failedSampleCount = 0
  /// The share of the work that is done, by multiply-adds (tokens, and their square for prefill), 0...1.
  public var fraction = 0.0
  /// Seconds since the sweep began.
  public var elapsedSeconds = 0.0
  /// Seconds that are left; nil before anything was measured.
  public var remainingSeconds: Double?

  /// True where the estimate of time rests on fewer than three samples.
  public var isEstimateWeak: Bool { evaluatedSampleCount < 3 }
}

/// Which cell is being worked on.
public struct CellProgress: Hashable, Sendable {
  /// Index of the cell among the sweep's, from 0.
  public var index: Int
  /// The model's name.
  public var model: String
  /// The method in its canonical spelling.
  public var method: String
  /// The task's name.
  public var task: String
  /// The coordinates, for example `length=4096,depth=0.5`.
  public var coordinates: String
  /// Samples asked for.
  public var sampleCount: Int
  /// Samples whose result is in the store.
  public var doneSampleCount: Int
}

/// How far one sample is.
public struct SampleProgress: Hashable, Sendable {
  /// The cell.
  public var cell: CellProgress
  /// The sample's name.
  public var sampleID: String
  /// Prompt tokens computed so far.
  public var tokenCount: Int
  /// Prompt tokens to compute.
  public var totalTokenCount: Int
}

/// One committed sample.
public struct SampleFinished: Hashable, Sendable {
  /// The cell.
  public var cell: CellProgress
  /// The sample's name.
  public var sampleID: String
  /// True where an equal result was taken from the store.
  public var isReused: Bool
  /// The first metric's name and value; nil where the sample could not be scored.
  public var metric: String?
  /// The first metric's value.
  public var value: Double?
  /// Tokens that went through the model.
  public var computedTokenCount: Int
  /// Wall seconds.
  public var durationSeconds: Double
}

/// How a sweep ended.
public struct SweepSummary: Sendable {
  /// The exit status.
  public var status: SweepStatus
  /// Counts and time at the end.
  public var progress: OverallProgress
  /// Failed samples with their reasons, in order.
  public var failures: [Failure]
  /// Inputs that were missing and left out.
  public var missing: [MissingInput]
  /// The gates' results, in file order.
  public var gates: [Judgement]
  /// The warnings that were stored with the run.
  public var warnings: [String]
  /// Where the results of each cell of the sweep are, in its order; nil for a cell that was not reached.
  public var cells: [CellID?]
  /// Cells of which no sample could be scored, in words; a sweep with one is not complete.
  public var unscored: [String] = []

  /// One failed sample.
  public struct Failure: Hashable, Sendable {
    /// The cell.
    public var cell: CellProgress
    /// The sample's name.
    public var sampleID: String
    /// The engine's reason.
    public var reason: String
  }
}
