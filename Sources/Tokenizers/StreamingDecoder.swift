import JSON

/// Decodes ids as they are generated: what it has returned so far is always a prefix of the whole text.
///
/// Bytes that could still become a character are held back until it is complete.
public struct StreamingDecoder: Sendable {
  private let tokenizer: Tokenizer
  private let skipSpecial: Bool
  private var pending: [UInt8] = []
  private var isAtStart = true

  /// A decoder at the start of a text.
  ///
  /// - Parameters:
  ///   - tokenizer: the tokenizer of the ids.
  ///   - skipSpecial: whether special tokens are left out.
  public init(_ tokenizer: Tokenizer, skipSpecial: Bool = true) {
    self.tokenizer = tokenizer
    self.skipSpecial = skipSpecial
  }

  /// The text that one more id adds; empty while a character is incomplete.
  public mutating func append(_ id: Int) -> String {
    tokenizer.core.append(id, skipSpecial: skipSpecial, isAtStart: &isAtStart, into: &pending)
    let held = UTF8Text.incompleteSuffix(pending)
    let text = String(decoding: pending.dropLast(held), as: UTF8.self)
    pending.removeFirst(pending.count - held)
    return text
  }

  /// What was held back: U+FFFD when the ids end inside a character, otherwise nothing.
  public mutating func finish() -> String {
    defer { pending.removeAll() }
    return String(decoding: pending, as: UTF8.self)
  }
}
