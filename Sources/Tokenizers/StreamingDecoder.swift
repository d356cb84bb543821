import JSON

/// Decodes ids as they are generated: what it has returned so far is always a prefix of the whole text.
///
/// Bytes that could still become a character are held back until it is complete.
public struct StreamingDecoder: Sendable {
  private let tokenizer: Tokenizer
  private let skipSpecial: Bool
  private var pending: [UInt8] = []
  /// Byte tokens that no other token ended yet, where they are decoded together.
  private var run: [UInt8] = []
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
    let core = tokenizer.core
    guard core.isShown(id, skipSpecial: skipSpecial) else { return "" }
    if core.decoding.byteRuns != .joined {
      if let byte = core.byte(id) {
        run.append(byte)
        return core.decoding.byteRuns == .byByte ? characters(isComplete: false) : ""
      }
      let before = characters(isComplete: true)
      return before + decoded(id)
    }
    return decoded(id)
  }

  /// What was held back: U+FFFD when the ids end inside a character, otherwise nothing.
  public mutating func finish() -> String {
    defer { pending.removeAll() }
    return characters(isComplete: true) + String(decoding: pending, as: UTF8.self)
  }

  private mutating func decoded(_ id: Int) -> String {
    tokenizer.core.append(id, skipSpecial: skipSpecial, isAtStart: &isAtStart, into: &pending)
    let held = UTF8Text.incompleteSuffix(pending)
    let text = String(decoding: pending.dropLast(held), as: UTF8.self)
    pending.removeFirst(pending.count - held)
    return text
  }

  // MARK: Runs of byte tokens

  /// The text of the bytes gathered so far; what may still become a character stays, unless the run is complete.
  private mutating func characters(isComplete: Bool) -> String {
    guard !run.isEmpty else { return "" }
    var text = ""
    if tokenizer.core.decoding.byteRuns == .allOrNothing {
      let isValid = UTF8Text.firstInvalid(run.span) == nil
      text = isValid ? String(decoding: run, as: UTF8.self) : String(repeating: "\u{fffd}", count: run.count)
      run.removeAll()
    } else {
      var offset = 0
      while offset < run.count {
        let rest = Array(run[offset...])
        let length = UTF8Text.length(first: rest[0])
        if length > 0, length <= rest.count, UTF8Text.firstInvalid(rest.span.extracting(0..<length)) == nil {
          text += String(decoding: rest[..<length], as: UTF8.self)
          offset += length
        } else if !isComplete, UTF8Text.incompleteSuffix(rest) == rest.count {
          break
        } else {
          text += "\u{fffd}"
          offset += 1
        }
      }
      run.removeFirst(offset)
    }
    guard isAtStart, !text.isEmpty else { return text }
    isAtStart = false
    return tokenizer.core.decoding.leadingSpace == .one && text.hasPrefix(" ") ? String(text.dropFirst()) : text
  }
}
