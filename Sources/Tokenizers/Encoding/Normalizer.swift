/// One step of what happens to a fragment of text before it is split into words.
enum NormalizerStep: Sendable {
  /// Puts bytes before a fragment that is not empty.
  case prepend([UInt8])
  /// As `prepend`, unless the fragment begins with the bytes; only before the text's first fragment if `onlyFirst`.
  case prependUnlessPresent([UInt8], onlyFirst: Bool)
  /// Replaces every occurrence of some bytes.
  case replace([UInt8], by: [UInt8])
  /// Replaces every match of a pattern.
  case replacePattern(Pattern, by: [UInt8])
  case unicode(UnicodeForm)
  case lowercase
  /// Removes white space at the ends.
  case strip(left: Bool, right: Bool)
  /// Makes one space out of several and removes them at the ends (SentencePiece's `remove_extra_whitespaces`).
  case collapseSpaces
  /// Spells every byte in GPT-2's alphabet.
  case spellBytes

  enum UnicodeForm: String, Sendable { case nfc, nfd, nfkc, nfkd }

  /// Whether the step puts bytes before every fragment.
  var isPrepending: Bool { if case .prepend = self { true } else { false } }

  /// Whether the first character of a text is still, or becomes part of, the first of the result.
  func keepsStart(of text: [UInt8]) -> Bool {
    switch self {
    case .strip(let left, _) where left: Self.stripped(text, left: true, right: false).count == text.count
    case .replace(let old, let new) where new.isEmpty: !text.starts(with: old)
    default: true
    }
  }

  /// How many times longer a text can become, for steps that a file may string together.
  var growth: Double {
    switch self {
    case .prepend(let prefix), .prependUnlessPresent(let prefix, _): 1 + Double(prefix.count)
    case .replace(let old, let new): old.isEmpty ? 1 : max(1, Double(new.count) / Double(old.count))
    case .replacePattern(let pattern, let new):
      // Only a pattern that is replaced by nothing may be empty.
      max(1, Double(new.count) / Double(max(1, pattern.minimumLength)))
    // U+FDFA is 11 times as long in the compatibility forms, U+0390 three times in the others; again, it stays.
    case .unicode, .lowercase, .strip, .collapseSpaces: 1
    case .spellBytes: 2
    }
  }

  /// Changes a fragment of valid UTF-8 into another one.
  ///
  /// - Parameters:
  ///   - text: the bytes of the fragment.
  ///   - isFirst: whether the fragment is at the start of the text.
  func apply(_ text: inout [UInt8], isFirst: Bool) {
    switch self {
    case .prepend(let prefix):
      if !text.isEmpty { text.insert(contentsOf: prefix, at: 0) }
    case .prependUnlessPresent(let prefix, let onlyFirst):
      if !text.isEmpty, isFirst || !onlyFirst, !text.starts(with: prefix) { text.insert(contentsOf: prefix, at: 0) }
    case .replace(let old, let new): text = Self.replaced(text, old, new)
    case .replacePattern(let pattern, let new): text = Self.replaced(text, pattern, new)
    case .unicode(let form): text = Self.composed(text, form)
    case .lowercase: text = Self.lowercased(text)
    case .spellBytes: text = text.flatMap { ByteAlphabet.spellings[Int($0)] }
    case .strip(let left, let right): text = Self.stripped(text, left: left, right: right)
    case .collapseSpaces: text = Self.collapsed(text)
    }
  }

  private static func replaced(_ text: [UInt8], _ old: [UInt8], _ new: [UInt8]) -> [UInt8] {
    guard let first = old.first else { return text }
    var result: [UInt8] = []
    result.reserveCapacity(text.count + text.count / 2)
    var offset = 0
    while offset < text.count {
      if text[offset] == first, text[offset...].starts(with: old) {
        result.append(contentsOf: new)
        offset += old.count
      } else {
        result.append(text[offset])
        offset += 1
      }
    }
    return result
  }

  /// Scalar by scalar: a sigma at the end of a word is no other than one inside it.
  private static func lowercased(_ text: [UInt8]) -> [UInt8] {
    if text.allSatisfy({ $0 < 0x80 }) { return text.map { 0x41...0x5a ~= $0 ? $0 + 0x20 : $0 } }
    return String(decoding: text, as: UTF8.self).unicodeScalars.flatMap { Array($0.properties.lowercaseMapping.utf8) }
  }

  private static func replaced(_ text: [UInt8], _ pattern: Pattern, _ new: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    let words = WordSplitter.pieces(of: text, by: pattern)
    for (range, isMatch) in words { result.append(contentsOf: isMatch ? new[...] : text[range]) }
    return result
  }

  private static func composed(_ text: [UInt8], _ form: UnicodeForm) -> [UInt8] {
    // Below U+0300 everything is in form C, and ASCII is in every form.
    let quickLimit: UInt8 = form == .nfc ? 0xcc : 0x80
    if text.allSatisfy({ $0 < quickLimit }) { return text }
    var forms = UnicodeForms(
      isCompatibility: form == .nfkc || form == .nfkd, composes: form == .nfc || form == .nfkc)
    return forms.normalized(text)
  }

  private static func stripped(_ text: [UInt8], left: Bool, right: Bool) -> [UInt8] {
    let scalars = Array(String(decoding: text, as: UTF8.self).unicodeScalars)
    let first = left ? scalars.firstIndex { !$0.properties.isWhitespace } : 0
    let last = right ? scalars.lastIndex { !$0.properties.isWhitespace } : scalars.count - 1
    guard let first, let last, first <= last else { return [] }
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars[first...last])
    return Array(String(view).utf8)
  }

  private static func collapsed(_ text: [UInt8]) -> [UInt8] {
    let space = UInt8(ascii: " ")
    return Array(text.split(separator: space).joined(separator: [space]))
  }
}
