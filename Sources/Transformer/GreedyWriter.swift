/// A continuation that is being written: takes the most likely token after each pass until something ends it.
struct GreedyWriter {
  /// The new ids so far, without the stop token.
  private(set) var tokens: [Int] = []
  private let options: GenerationOptions
  private var ending: Continuation.Ending?
  private var stopToken: Int?

  init(_ options: GenerationOptions) {
    self.options = options
    if options.maxNewTokens <= 0 { ending = .length }
  }

  /// Whether nothing more is wanted.
  var isDone: Bool { ending != nil }

  /// What was written.
  var continuation: Continuation {
    Continuation(tokens: tokens, ending: ending ?? .length, stopToken: stopToken)
  }

  /// Takes the most likely token of a row of logits `[rows, columns]`, the lowest id on a tie, or ends.
  ///
  /// Throws `TransformerError.nonFiniteLogits` where a logit of the row is not a finite number.
  mutating func take(
    _ logits: any DeviceBuffer, row: Int, columns: Int, _ device: any Device
  ) throws(TransformerError) {
    guard var next = device.argmax(logits, row: row, columns: columns) else { throw .nonFiniteLogits(origin: nil) }
    if tokens.count < options.minNewTokens, options.stopTokens.contains(next) {
      next = mostLikely(device.read(logits, row * columns..<(row + 1) * columns), without: options.stopTokens)
    }
    if options.stopTokens.contains(next) {
      ending = .stopToken
      stopToken = next
      return
    }
    tokens.append(next)
    if options.shouldStop?(next) == true {
      ending = .condition
    } else if tokens.count >= options.maxNewTokens {
      ending = .length
    }
  }

  private func mostLikely(_ logits: [Float], without excluded: Set<Int>) -> Int {
    var best: Int?
    for id in logits.indices where !excluded.contains(id) {
      if best.map({ logits[id] > logits[$0] }) ?? true { best = id }
    }
    return best ?? 0
  }
}
