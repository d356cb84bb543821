import Backends
import Evaluation
import Positions
import Tasks

/// Times the first tokens of a prompt, where nothing is stored that would tell a model's speed.
enum RateMeasurement {
  /// The speed under the first cell's method: 32 tokens, or 256 where that is soon done; nil where nothing can be timed.
  static func rate(of model: PreparedModel, _ cell: Cell, _ samples: SampleSource) throws(SweepError) -> Rate? {
    guard model.inventory.missingWeights.isEmpty, let sample = try samples.selected(of: cell).first?.sample else {
      return nil
    }
    let loaded: any LoadedModel
    do {
      loaded = try model.backend.load(model.specification, hashes: UnneededHashes())
    } catch {
      throw .backend(error)
    }
    func seconds(_ count: Int, from first: Int = 0) -> Double? {
      let tokens = Array(sample.request.tokens.dropFirst(first).prefix(count))
      guard tokens.count >= 8 else { return nil }
      let start = ContinuousClock.now
      let answers = try? loaded.run(
        [ModelRequest(.score(tokens: tokens), text: "")], method: cell.method, isCancelled: { false },
        onProgress: { _ in })
      guard case .success? = answers?.first else { return nil }
      return max(1e-6, (ContinuousClock.now - start).seconds)
    }
    // The first run reads the weights from the disk, and on a device compiles kernels, also those of as many rows as come
    // next; it does not count. No run begins like one before, so that nothing of it is there already.
    guard seconds(32, from: 1) ?? seconds(8) != nil, var time = seconds(32) else { return nil }
    let all = sample.request.tokens.count
    var count = min(32, all)
    if time < 0.5, all > 64, let longer = seconds(256, from: 2) {
      time = longer
      count = min(256, all - 2)
    }
    let work = model.facts.multiplyAdds(count - 1, 0, count - 1)
    return Rate(multiplyAddsPerSecond: work / time, source: .measured(tokens: count))
  }
}

/// Stands for hashes that nobody will look at, so that no file is read for them.
struct UnneededHashes: FileHashCache {
  func hash(ofFile path: String, byteCount: Int, modified: Double) -> String? { "not hashed" }
  func remember(_ hash: String, ofFile path: String, byteCount: Int, modified: Double) {}
}

extension Duration {
  /// The duration in seconds.
  var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
