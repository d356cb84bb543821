import Kernels
import Positions

/// Unrotated keys of one layer, kept only where the rotary frequencies depend on the length of the sequence
/// (dynamic NTK, LongRoPE): when they change, every cached key is rotated again.
struct RawKeys {
  private var chunks: [(first: Int, rows: Int, keys: FloatBuffer)] = []

  /// Keeps rows `[rows, K * D]` of the keys at positions from `first` on.
  mutating func append(_ keys: FloatBuffer, rows: Int, width: Int, at first: Int) {
    chunks.append((first, rows, FloatBuffer(keys.array(0..<rows * width))))
  }

  /// Forgets the keys at `count` and beyond.
  mutating func truncate(to count: Int) {
    chunks = chunks.compactMap { chunk in
      chunk.first >= count ? nil : (chunk.first, min(chunk.rows, count - chunk.first), chunk.keys)
    }
  }

  /// Visits all kept keys in order.
  func forEach(_ body: (_ first: Int, _ rows: Int, _ keys: FloatBuffer) -> Void) {
    for chunk in chunks { body(chunk.first, chunk.rows, chunk.keys) }
  }

  /// Bytes held.
  var byteCount: Int { chunks.reduce(0) { $0 + $1.keys.count * 4 } }
}
