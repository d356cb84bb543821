import Kernels
import OpenCL

/// Measures the shapes of a kind of product on one of them that stands for all.
///
/// It works in a context of its own, so that nothing that fails here, or that it holds for a moment, touches the device
/// at work.
enum ShapeMeasurement {
  /// A product that stands for its kind.
  struct Problem {
    let rows: Int
    let outputs: Int
    let columns: Int
    let type: WeightType

    /// Large enough to fill a card; a processor has the same groups to go through, however few they are.
    init(_ rows: ProductKind.Rows, _ type: WeightType, isProcessor: Bool) {
      self.rows =
        switch rows {
        case .few: 1
        case .some: 40
        case .many: isProcessor ? 128 : 512
        }
      outputs = isProcessor ? (rows == .few ? 512 : 128) : 4096
      columns = isProcessor ? 256 : 1024
      self.type = type
    }

    var rowByteCount: Int { columns / type.blockElementCount * type.blockByteCount }
    var byteCount: Int { 4 * rows * (columns + outputs) + outputs * rowByteCount }
  }

  /// The fastest shape that this device can take and that gives the bits of the first; nil where nothing can be measured.
  static func fastest(_ rows: ProductKind.Rows, _ type: WeightType, on queue: OpenCLQueue) -> ProductShape? {
    let times = times(rows, type, on: queue)
    guard let standard = times.first, let best = times.dropFirst().min(by: { $0.seconds < $1.seconds }) else {
      return times.first?.shape
    }
    return best.seconds < advantage * standard.seconds ? best.shape : standard.shape
  }

  /// The shapes that a device can take for a kind of product, and what each needs for one; none where the first cannot be
  /// measured.
  static func times(
    _ rows: ProductKind.Rows, _ type: WeightType, on queue: OpenCLQueue
  ) -> [(shape: ProductShape, seconds: Double)] {
    let device = queue.device
    let problem = Problem(rows, type, isProcessor: device.kind == .cpu)
    // Half of what is left: a plan counts nothing for this.
    guard problem.byteCount <= (queue.byteLimit - queue.heldByteCount) / 2 else { return [] }
    let shapes = ProductShape.all(rows).filter {
      $0.fits(largestGroup: device.largestGroup, localByteCount: device.localByteCount)
    }
    guard let standard = shapes.first, let trial = try? Trial(problem, device),
      let wanted = try? trial.measure(standard)
    else { return [] }
    let others = shapes.dropFirst().compactMap { shape -> (shape: ProductShape, seconds: Double)? in
      // A shape that does not compile or start there, or that a driver computes wrongly, is none.
      guard let found = try? trial.measure(shape), found.bits == wanted.bits else { return nil }
      return (shape, found.seconds)
    }
    // Once more, as the others have warmed the device up; and a device that was lost on the way chooses nothing.
    guard let again = try? trial.measure(standard) else { return [] }
    return [(standard, min(wanted.seconds, again.seconds))] + others
  }

  /// What a shape must need of the first one's time, so that chance does not choose.
  private static let advantage = 0.97

  /// The memory of a problem on a device, and its kernels.
  private struct Trial {
    let problem: Problem
    let queue: OpenCLQueue
    let programs: OpenCLPrograms
    let x: OpenCLMemory
    let weights: OpenCLMemory
    let y: OpenCLMemory

    init(_ problem: Problem, _ device: OpenCLDeviceInfo) throws(OpenCLError) {
      self.problem = problem
      queue = try OpenCLQueue(device)
      programs = OpenCLPrograms(queue)
      // Neither zeros nor numbers that are none: as 16 or 32 bits of a float, or as a scale, any two of these bytes are an
      // ordinary number.
      var state: UInt32 = 1
      func next() -> UInt32 {
        state = state &* 1_664_525 &+ 1_013_904_223
        return state >> 16
      }
      x = try queue.makeMemory(
        copying: (0..<problem.rows * problem.columns).map { _ in Float(next() % 4096) / 2048 - 1 })
      let byteCount = problem.outputs * problem.rowByteCount
      weights = try queue.makeMemory(
        copying: (0..<byteCount).map { _ in UInt8(truncatingIfNeeded: next()) & 0x33 | 0x20 })
      y = try queue.makeMemory(byteCount: 4 * problem.rows * problem.outputs)
    }

    /// The shortest time of a product in this shape, and its result.
    func measure(_ shape: ProductShape) throws(OpenCLError) -> (seconds: Double, bits: [UInt32]) {
      let kernel = try programs.kernel(shape.kernel, .products(problem.type, shape))
      try queue.clear(y)
      // The first one only brings everything in place; the second says how many there is time for.
      _ = try seconds(kernel, shape, turns: 1)
      let bits: [UInt32] = try queue.read(y, byteOffset: 0, count: problem.rows * problem.outputs)
      var best = try seconds(kernel, shape, turns: 1)
      let turns = max(1, min(Self.mostTurns, Int(Self.turnSeconds / max(best, 1e-6))))
      var spent = best
      for _ in 0..<Self.repetitions where spent < Self.secondsLimit {
        let time = try seconds(kernel, shape, turns: turns)
        spent += time * Double(turns)
        best = min(best, time)
      }
      return (best, bits)
    }

    private static let repetitions = 4
    /// Products that are started one after another fill a card's queue, as those of a pass do.
    private static let mostTurns = 32
    private static let turnSeconds = 0.005
    private static let secondsLimit = 0.1

    private func seconds(_ kernel: OpenCLKernel, _ shape: ProductShape, turns: Int) throws(OpenCLError) -> Double {
      var arguments: [OpenCLArgument] = [
        .memory(x), .memory(weights), .memory(x), .memory(y), .int(problem.columns), .int(problem.outputs),
        .int(problem.rows), .int(problem.columns), .int(problem.outputs), .long(problem.rowByteCount), .int(0), .int(0),
      ]
      if let byteCount = shape.partByteCount(rows: problem.rows, columns: problem.columns) {
        arguments.append(.local(byteCount: byteCount))
      }
      try queue.finish()
      let begin = ContinuousClock.now
      for _ in 0..<turns {
        try queue.run(
          kernel, arguments, groups: shape.groups(rows: problem.rows, outputs: problem.outputs), items: shape.items)
      }
      try queue.finish()
      let (seconds, attoseconds) = (ContinuousClock.now - begin).components
      return (Double(seconds) + Double(attoseconds) * 1e-18) / Double(turns)
    }
  }
}
