import Kernels
import OpenCL
import Synchronization

/// Keys `[position][variant][K * D]` and values `[position][K * D]` of one layer.
///
/// OpenCL 1.2 has no pointers inside memory, so each is one piece: it grows to what is asked for, and what is there is
/// copied. Nothing is taken beyond that, for a plan counts what sequences need; a copy for every 64 decoded tokens is
/// little beside attention, which reads as much for every token.
final class OpenCLCache: DeviceCache {
  struct Pieces {
    var capacity = 0
    var keys: OpenCLMemory?
    var values: OpenCLMemory?
  }
  let keyValueHeads: Int
  let headDimension: Int
  let keyVariants: Int
  let type: KeyValueType
  private let queue: OpenCLQueue
  private let pieces = Mutex(Pieces())
  /// Positions that are taken together.
  static let step = 64

  init(_ queue: OpenCLQueue, keyValueHeads: Int, headDimension: Int, keyVariants: Int, type: KeyValueType) {
    guard keyValueHeads > 0, (1...256).contains(headDimension), (1...8).contains(keyVariants) else {
      fatalError("OpenCLCache: \(keyValueHeads) heads of \(headDimension) in \(keyVariants) variants")
    }
    self.queue = queue
    self.keyValueHeads = keyValueHeads
    self.headDimension = headDimension
    self.keyVariants = keyVariants
    self.type = type
  }

  /// The memory as it is now.
  var current: Pieces { pieces.withLock { $0 } }

  /// Elements of the values of a position.
  var width: Int { keyValueHeads * headDimension }

  private var valueByteCount: Int { width * (type == .float16 ? 2 : 4) }

  var heldPositionCount: Int { current.capacity }

  var byteCount: Int { current.capacity * valueByteCount * (keyVariants + 1) }

  func reserve(_ positions: Int) -> Bool {
    positions <= current.capacity || resize(to: positions)
  }

  func releaseBeyond(_ position: Int) {
    if position <= 0 {
      pieces.withLock { $0 = Pieces() }
    } else if position <= current.capacity / 4 {
      // Half of it is worth a copy; where there is no memory for the copy, all stays.
      _ = resize(to: position)
    }
  }

  private func resize(to positions: Int) -> Bool {
    guard positions < 1 << 31 else { return false }
    let capacity = (positions + Self.step - 1) / Self.step * Self.step
    return pieces.withLock { pieces in
      let kept = min(capacity, pieces.capacity)
      do throws(OpenCLError) {
        let keys = try enlarged(pieces.keys, to: capacity, kept: kept, perPosition: valueByteCount * keyVariants)
        let values = try enlarged(pieces.values, to: capacity, kept: kept, perPosition: valueByteCount)
        // A device that works later than it is asked keeps the old memory until then: each layer's goes before the next
        // one grows. A device that is lost says so with the next operation.
        if pieces.keys != nil { try? queue.finish() }
        pieces = Pieces(capacity: capacity, keys: keys, values: values)
        return true
      } catch {
        return false
      }
    }
  }

  private func enlarged(
    _ old: OpenCLMemory?, to capacity: Int, kept: Int, perPosition: Int
  ) throws(OpenCLError) -> OpenCLMemory {
    let memory = try queue.makeMemory(byteCount: capacity * perPosition)
    if let old { try queue.copy(old, at: 0, to: memory, at: 0, byteCount: kept * perPosition) }
    return memory
  }
}
