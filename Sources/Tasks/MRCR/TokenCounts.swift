import Synchronization
import Tokenizers

/// How many tokens texts have, kept per tokenizer: every cell of a grid asks for the same ones.
final class TokenCounts: Sendable {
  private let known = Mutex<[String: Int]>([:])

  /// The number of ids of a text without BOS.
  ///
  /// - Parameters:
  ///   - name: what tells the text from others.
  ///   - tokenizer: the tokenizer.
  ///   - text: makes the text when it was not seen before.
  /// - Returns: the number.
  func count(_ name: String, _ tokenizer: Tokenizer, text: () -> String) -> Int {
    let key = "\(tokenizer.identity)|\(name)"
    if let count = known.withLock({ $0[key] }) { return count }
    let count = tokenizer.encode(text(), bos: .never, parseSpecial: false).count
    known.withLock { $0[key] = count }
    return count
  }
}
