import Backends
import Store

/// Remembers file hashes in the store; a store that cannot say or keep one costs time, not correctness.
struct StoreHashCache: FileHashCache {
  let store: ResultStore

  func hash(ofFile path: String, byteCount: Int, modified: Double) -> String? {
    try? store.weightsHash(path: path, byteCount: byteCount, modified: modified)
  }

  func remember(_ hash: String, ofFile path: String, byteCount: Int, modified: Double) {
    try? store.rememberWeightsHash(hash, path: path, byteCount: byteCount, modified: modified)
  }
}
