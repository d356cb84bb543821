/// Counts samples and work of a running sweep and estimates the time that is left; work is in seconds of the plan.
struct WorkMeter {
  private var counts = OverallProgress()
  private let start = ContinuousClock.now
  /// Work of each cell that is not done.
  private var cellWork: [Double]
  /// Samples of each cell that the plan takes for done; replaced by the truth when the cell begins.
  private var cellDone: [Int]
  /// Cells with a sample that failed.
  private var cellsWithFailures: Set<Int> = []
  private let totalWork: Double
  /// The part of the sample that is being evaluated.
  private var partialWork = 0.0
  private var partialSeconds = 0.0
  private var evaluatedWork = 0.0
  private var evaluatedSeconds = 0.0
  private var shownFraction = 0.0
  /// Work per second as the plan has it, which is 1; nil where it only assumed a speed.
  private let plannedRate: Double?

  init(_ plan: Plan) {
    cellWork = plan.cells.map(\.remainingSeconds)
    totalWork = plan.cells.map(\.totalSeconds).reduce(0, +)
    cellDone = plan.cells.map(\.doneCount)
    counts.cellCount = plan.cells.count
    counts.sampleCount = plan.sampleCount
    plannedRate =
      switch plan.models.first?.rate.source {
      case .store?, .calibrated?: 1
      case .measured?, .assumed?, nil: nil
      }
  }

  /// A cell begins: now it is known which samples are done.
  mutating func begin(cell: Int, pending: [Double], doneCount: Int) {
    cellWork[cell] = pending.reduce(0, +)
    cellDone[cell] = doneCount
  }

  /// A cell ends.
  mutating func end(cell: Int) {
    cellWork[cell] = 0
    counts.finishedCellCount += 1
    if !cellsWithFailures.contains(cell) { counts.wholeCellCount += 1 }
  }

  /// A part of a sample is computed.
  mutating func advance(work: Double, seconds: Double) {
    partialWork = work
    partialSeconds = seconds
  }

  /// A sample is committed; `seconds` is nil where it was taken from the store.
  mutating func finish(cell: Int, work: Double, seconds: Double?) {
    leave(cell, work)
    cellDone[cell] += 1
    guard let seconds else {
      counts.reusedSampleCount += 1
      return
    }
    counts.evaluatedSampleCount += 1
    evaluatedWork += work
    evaluatedSeconds += seconds
  }

  /// A sample failed.
  mutating func fail(cell: Int, work: Double) {
    leave(cell, work)
    cellsWithFailures.insert(cell)
    counts.failedSampleCount += 1
  }

  /// Another model is used from here on: its speed is its own.
  mutating func forgetTime() {
    evaluatedWork = 0
    evaluatedSeconds = 0
  }

  private mutating func leave(_ cell: Int, _ work: Double) {
    cellWork[cell] = max(0, cellWork[cell] - work)
    (partialWork, partialSeconds) = (0, 0)
  }

  /// The state now.
  mutating func progress() -> OverallProgress {
    var progress = counts
    progress.doneSampleCount = cellDone.reduce(0, +)
    let left = max(0, cellWork.reduce(0, +) - partialWork)
    // Only ever upwards: a plan can have been a little too hopeful about what is done.
    shownFraction = max(shownFraction, totalWork > 0 ? min(1, 1 - left / totalWork) : 1)
    progress.fraction = shownFraction
    progress.elapsedSeconds = (ContinuousClock.now - start).seconds
    let work = evaluatedWork + partialWork
    let seconds = evaluatedSeconds + partialSeconds
    if left == 0 {
      progress.remainingSeconds = 0
    } else if work > 0, seconds > 0.2 {
      progress.remainingSeconds = left * seconds / work
    } else {
      progress.remainingSeconds = plannedRate.map { left / $0 }
    }
    return progress
  }
}
