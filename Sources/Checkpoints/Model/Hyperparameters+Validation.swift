extension Hyperparameters {
  /// Checks what no single field shows.
  ///
  /// - Parameter file: the file that the values come from, for the error.
  /// - Throws: `CheckpointError.invalid` naming the quantity, what was expected and what was found.
  func validate(file: String) throws(CheckpointError) {
    func require(
      _ condition: Bool, _ field: String, _ expected: String, _ found: String
    ) throws(CheckpointError) {
      guard condition else { throw .invalid(file: file, field: field, expected: expected, found: found) }
    }
    try require(layerCount <= 4096, "the layer count", "at most 4096", "\(layerCount)")
    try require(headCount <= 1 << 14, "the head count", "at most \(1 << 14)", "\(headCount)")
    try require(headDimension <= 256, "the head dimension", "at most 256", "\(headDimension)")
    try require(
      headCount % keyValueHeadCount == 0, "the head count", "a multiple of the \(keyValueHeadCount) key/value heads",
      "\(headCount)")
    try require(
      headCount / keyValueHeadCount <= 256, "the head count", "at most 256 for each key/value head", "\(headCount)")
    try require(
      rotaryDimension > 0 && rotaryDimension <= headDimension && rotaryDimension % 2 == 0, "the rotary dimension",
      "an even number from 2 to the head dimension \(headDimension)", "\(rotaryDimension)")
    try require(
      normEpsilon.isFinite && normEpsilon > 0, "the norm epsilon", "a finite number above 0", "\(normEpsilon)")
    for theta in [ropeTheta, localRopeTheta ?? 1] {
      try require(theta.isFinite && theta > 0, "the RoPE base", "a finite number above 0", "\(theta)")
    }
    try require(
      attentionScale.isFinite && attentionScale > 0, "the attention scale", "a finite number above 0",
      "\(attentionScale)")
    for cap in [attentionSoftcap, finalSoftcap] {
      guard let cap else { continue }
      try require(cap.isFinite && cap > 0, "the soft cap", "a finite number above 0", "\(cap)")
    }
    for id in eosTokenIDs + [bosTokenID ?? 0] {
      try require(
        id >= 0 && id < vocabularySize, "a special token id", "0 to \(vocabularySize - 1)", "\(id)")
    }
    try validate(ropeScaling, file: file)
    try validate(localRopeScaling, file: file)
  }

  private func validate(_ scaling: RopeScaling, file: String) throws(CheckpointError) {
    let factors: [Double]
    switch scaling {
    case .none: factors = []
    case .linear(let factor), .dynamic(let factor): factors = [factor]
    case .yarn(let factor, _, let betaFast, let betaSlow, let attention):
      factors = [factor, betaFast, betaSlow, attention ?? 1]
    case .llama3(let factor, let low, let high, _):
      factors = [factor, low, high]
      guard high > low else {
        throw .invalid(
          file: file, field: "the high frequency factor", expected: "more than the low one, \(low)", found: "\(high)")
      }
    case .longRope(let short, let long, _, let attention):
      factors = short + long + [attention]
      guard short.count == rotaryDimension / 2, long.count == rotaryDimension / 2 else {
        throw .invalid(
          file: file, field: "the long RoPE factors", expected: "two lists of \(rotaryDimension / 2)",
          found: "\(short.count) and \(long.count)")
      }
    }
    guard factors.allSatisfy({ $0.isFinite && $0 > 0 }) else {
      throw .invalid(
        file: file, field: "the RoPE scaling", expected: "finite numbers above 0", found: "\(scaling)")
    }
  }
}
