import OpenCL

/// Memory that one operation after another uses, each for itself.
///
/// A device works in order, so what an earlier operation wrote there is not needed when the next one begins. It grows and
/// is never cut.
struct OpenCLScratch: Sendable {
  /// What a piece is for; an operation may use several.
  enum Use: Hashable, Sendable {
    /// Activations as halves.
    case input
    /// Weights as halves.
    case weights
    /// A query variant as halves.
    case query(Int)
    /// States of super tiles of keys.
    case states
  }
  private var pieces: [Use: OpenCLMemory] = [:]

  /// At least `byteCount` bytes, with anything in them.
  mutating func memory(_ use: Use, byteCount: Int, _ queue: OpenCLQueue) throws(OpenCLError) -> OpenCLMemory {
    if let piece = pieces[use], piece.byteCount >= byteCount { return piece }
    pieces[use] = nil
    let piece = try queue.makeMemory(byteCount: byteCount)
    pieces[use] = piece
    return piece
  }
}
