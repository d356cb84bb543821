import Backends
import Evaluation
import Tasks

/// The order in which samples are evaluated, so that as few prompt tokens as possible are computed twice.
///
/// The engine keeps the keys and values of the last prompt and cuts them back to what the next one shares. Prompts in
/// lexicographic order of their tokens visit every shared beginning once, which is the least possible. Results do not
/// depend on the order (equal bits with and without reuse), and reports sort their cells themselves.
enum ReuseOrder {
  /// A sample among the cells that are evaluated together.
  struct Place: Hashable {
    /// Index of the cell in the batch.
    let cell: Int
    /// Index of the sample in the cell.
    let sample: Int
  }

  /// Prompt tokens of cells that are ordered together; more than that are not held in memory at once.
  static let tokenLimit = 4_000_000
  /// The order is changed where it saves at least this share of the tokens.
  private static let leastSaving = 0.02

  /// The order for prompts by cell: the one that is given, unless another one saves work.
  static func order(_ prompts: [[[Int]]]) -> [Place] {
    let given = prompts.indices.flatMap { cell in
      prompts[cell].indices.map { Place(cell: cell, sample: $0) }
    }
    guard given.count > 2 else { return given }
    let sorted = given.enumerated().sorted { a, b in
      let (x, y) = (prompts[a.element.cell][a.element.sample], prompts[b.element.cell][b.element.sample])
      if x.lexicographicallyPrecedes(y) { return true }
      return y.lexicographicallyPrecedes(x) ? false : a.offset < b.offset
    }.map(\.element)
    let plain = computedTokens(given, prompts)
    let better = computedTokens(sorted, prompts)
    return Double(better) <= (1 - leastSaving) * Double(plain) ? sorted : given
  }

  /// Prompt tokens that go through the model in this order.
  static func computedTokens(_ order: [Place], _ prompts: [[[Int]]]) -> Int {
    var previous: [Int] = []
    var count = 0
    for place in order {
      let tokens = prompts[place.cell][place.sample]
      count += tokens.count - Request.sharedPrefix(tokens, previous)
      previous = tokens
    }
    return count
  }
}

/// Samples of cells in the order in which they are evaluated, with what each costs after the one before it.
struct OrderedBatch {
  let order: [ReuseOrder.Place]
  /// By cell and sample.
  let work: [[SampleWork]]

  init(_ batch: [Cell], _ samples: [[SelectedSample]]) {
    order = ReuseOrder.order(samples.map { $0.map(\.sample.request.tokens) })
    var work = samples.map { $0.map { _ in SampleWork.none } }
    var previous: Sample?
    for place in order {
      let sample = samples[place.cell][place.sample].sample
      work[place.cell][place.sample] = batch[place.cell].model.facts.work(of: sample, after: previous)
      previous = sample
    }
    self.work = work
  }
}
