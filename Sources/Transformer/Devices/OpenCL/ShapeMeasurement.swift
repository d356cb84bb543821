import Kernels
import OpenCL

/// Measures the shapes of a kind of product on one of them that stands for all.
///
/// It works in a context of its own, so that nothing that fails here, or that it holds for a moment, touches the device
/// at work.
enum ShapeMeasurement {
  /// Of what is measured and how it chooses: problems, advantage, kinds.
  ///
  /// A file of another version is as good as none.
  static let version = 2
  /// What a shape must need of the first one's time, so that chance does not choose.
  private static let advantage = 0.97

  /// A product that stands for its kind.
  struct Problem {
    let rows: Int
    let outputs: Int
    let columns: Int
    let type: WeightType

    /// As much as fills a card: a whole pass of many rows, for few more weights than a cache keeps.
    ///
    /// A processor has the same groups to go through, however few they are.
    init(_ rows: ProductKind.Rows, _ type: WeightType, isProcessor: Bool) {
      self.type = type
      columns = isProcessor ? 256 : rows == .few ? 4096 : 1024
      let rowByteCount = columns / type.blockElementCount * type.blockByteCount
      switch rows {
      case .few:
        self.rows = 1
        outputs = isProcessor ? 512 : Self.cardWeightByteCount / rowByteCount
      case .some:
        self.rows = 40
        outputs = isProcessor ? 128 : 4096
      case .many:
        self.rows = isProcessor ? 128 : OpenCLDevice.cardChunkSize
        outputs = isProcessor ? 128 : 4096
      }
    }

    private static let cardWeightByteCount = 96 << 20

    var byteCount: Int {
      4 * rows * (columns + outputs) + outputs * (columns / type.blockElementCount * type.blockByteCount)
    }
  }

  /// The fastest shape that this device can take and that gives the bits of the first; nil where there is no memory to
  /// measure.
  ///
  /// - Throws: what may be otherwise the next time, such as memory or a context that another program has.
  static func fastest(
    _ rows: ProductKind.Rows, _ type: WeightType, on queue: OpenCLQueue
  ) throws(OpenCLError) -> ProductShape? {
    let times = try times(rows, type, on: queue)
    guard let standard = times.first, let best = times.dropFirst().min(by: { $0.seconds < $1.seconds }) else {
      return times.first?.shape
    }
    return best.seconds < advantage * standard.seconds ? best.shape : standard.shape
  }

  /// The shapes that a device can take for a kind of product, and what each needs for one; none where memory is short.
  static func times(
    _ rows: ProductKind.Rows, _ type: WeightType, on queue: OpenCLQueue
  ) throws(OpenCLError) -> [(shape: ProductShape, seconds: Double)] {
    let problem = Problem(rows, type, isProcessor: queue.device.kind == .cpu)
    // Half of what is left: a plan counts nothing for this.
    guard problem.byteCount <= (queue.byteLimit - queue.heldByteCount) / 2 else { return [] }
    // What is at work would be measured, too.
    try queue.finish()
    let programs = OpenCLPrograms(try OpenCLQueue(queue.device))
    let check = try ShapeCheck(type, programs)
    let call = try ProductCall(
      rows: problem.rows, outputs: problem.outputs, columns: problem.columns, type: type, adding: false,
      on: programs.queue)
    let standard = ProductShape.all(rows)[0]
    var times = [(shape: standard, seconds: try seconds(call, standard, programs))]
    for shape in ProductShape.all(rows).dropFirst() {
      do throws(OpenCLError) {
        // One that a driver computes wrongly is none.
        guard try check.holds(shape) else { continue }
        times.append((shape, try seconds(call, shape, programs)))
      } catch {
        guard error.isOfKernel else { throw error }
      }
    }
    // Once more, as the others have warmed the device up.
    times[0].seconds = min(times[0].seconds, try seconds(call, standard, programs))
    return times
  }

  private static let repetitions = 4
  /// Products that are started one after another fill a card's queue, as those of a pass do.
  private static let mostTurns = 32
  private static let turnSeconds = 0.005
  private static let secondsLimit = 0.1

  /// The shortest time of a product in a shape.
  private static func seconds(
    _ call: ProductCall, _ shape: ProductShape, _ programs: OpenCLPrograms
  ) throws(OpenCLError) -> Double {
    func seconds(turns: Int) throws(OpenCLError) -> Double {
      try programs.queue.finish()
      let begin = ContinuousClock.now
      for _ in 0..<turns { try call.run(shape, programs) }
      try programs.queue.finish()
      let (seconds, attoseconds) = (ContinuousClock.now - begin).components
      return (Double(seconds) + Double(attoseconds) * 1e-18) / Double(turns)
    }
    // The first one only brings everything in place; the second says how many there is time for.
    _ = try seconds(turns: 1)
    var best = try seconds(turns: 1)
    let turns = max(1, min(mostTurns, Int(turnSeconds / max(best, 1e-6))))
    var spent = best
    for _ in 0..<repetitions where spent < secondsLimit {
      let time = try seconds(turns: turns)
      spent += time * Double(turns)
      best = min(best, time)
    }
    return best
  }
}

extension OpenCLError {
  /// Whether a kernel cannot be had on a device, at no time: it does not compile, or wants too much of a group.
  fileprivate var isOfKernel: Bool {
    switch self {
    case .build: true
    // The build's failure without a word, and work groups that are too large for a kernel.
    case .call(_, let code, _): [-11, -54, -55].contains(code)
    default: false
    }
  }
}
