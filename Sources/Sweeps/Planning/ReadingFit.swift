/// What reading a prompt took, and its arithmetic.
struct Reading {
  /// Multiply-adds of the layers' matrices.
  let products: Double
  /// Multiply-adds of attention.
  let attention: Double
  /// What it took.
  let seconds: Double
}

/// Speeds of products and of attention from timed prompts.
///
/// Two prompts of different lengths determine both, but badly: short chunks go slower through the matrices by a few per cent, which
/// is as much as all attention of a large model at a thousand tokens. So a third reading has as many new tokens as the
/// short prompt, behind the long one: its products cost the same, and what it takes longer is attention.
enum ReadingFit {
  /// Seconds for a multiply-add of products and of attention.
  ///
  /// - Parameters:
  ///   - near: a short prompt.
  ///   - far: a long one, which the result reproduces.
  ///   - behind: as many tokens as in `near`, behind those of `far`; nil where the model had to read them all.
  /// - Returns: both, at least 0.
  static func speeds(near: Reading, far: Reading, behind: Reading?) -> (product: Double, attention: Double) {
    if let behind, behind.seconds > near.seconds, behind.attention > near.attention, far.products > 0 {
      let attention = (behind.seconds - near.seconds) / (behind.attention - near.attention)
      let product = (far.seconds - attention * far.attention) / far.products
      if product > 0 { return (product, attention) }
    }
    return solve(
      (near.products, near.attention, near.seconds), (far.products, far.attention, far.seconds))
  }

  /// x, y of `p x + q y = t` for two rows; where noise makes one negative, it is 0 and the longer row gives the other.
  static func solve(
    _ a: (p: Double, q: Double, t: Double), _ b: (p: Double, q: Double, t: Double)
  ) -> (Double, Double) {
    let determinant = a.p * b.q - b.p * a.q
    if determinant != 0 {
      let x = (a.t * b.q - b.t * a.q) / determinant
      let y = (a.p * b.t - b.p * a.t) / determinant
      if x >= 0, y >= 0 { return (x, y) }
      if x < 0 { return (0, b.q > 0 ? b.t / b.q : 0) }
    }
    return (b.p > 0 ? b.t / b.p : 0, 0)
  }
}
