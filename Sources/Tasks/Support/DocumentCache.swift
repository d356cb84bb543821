import Synchronization
import Tokenizers

/// Token ids of texts, kept per tokenizer, because every cell of a grid asks for the same ones.
final class DocumentCache: Sendable {
  private let tokens = Mutex<[String: [Int]]>([:])

  /// The ids of a text without BOS.
  ///
  /// - Parameters:
  ///   - name: what tells the text from others of this cache.
  ///   - tokenizer: the tokenizer.
  ///   - text: makes the text when it was not seen before.
  /// - Returns: the ids.
  func ids(_ name: String, _ tokenizer: Tokenizer, text: () -> String) -> [Int] {
    let key = "\(tokenizer.identity)|\(name)"
    if let known = tokens.withLock({ $0[key] }) { return known }
    let made = tokenizer.encode(text(), bos: .never, parseSpecial: false)
    tokens.withLock { $0[key] = made }
    return made
  }
}
