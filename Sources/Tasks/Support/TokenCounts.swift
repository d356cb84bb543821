import Synchronization
import Tokenizers

/// How many tokens texts have, kept per tokenizer: every cell of a grid asks for the same ones.
final class TokenCounts: Sendable {
  private let known = Mutex<[String: Int]>([:])

  /// The number of ids of texts, each by itself and without BOS.
  ///
  /// - Parameters:
  ///   - name: what tells the texts from others.
  ///   - tokenizer: the tokenizer.
  ///   - texts: makes the texts when they were not seen before.
  /// - Returns: the number.
  func count(_ name: String, _ tokenizer: Tokenizer, texts: () -> [String]) -> Int {
    let key = "\(tokenizer.identity)|\(name)"
    if let count = known.withLock({ $0[key] }) { return count }
    let count = texts().reduce(0) { $0 + tokenizer.encode($1, bos: .never, parseSpecial: false).count }
    known.withLock { $0[key] = count }
    return count
  }
}
