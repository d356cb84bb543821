/// Properties of scalars as Oniguruma 6.9.10 and the regex crate inside Hugging Face tokenizers 0.23 have them:
/// Unicode 16, where this program's standard library has Unicode 17.
enum UnicodeFacts {
  /// The scalars that Unicode 17 added: unassigned for the reference.
  private static let newer: [ClosedRange<UInt32>] = [
    0x88f...0x88f, 0xc5c...0xc5c, 0xcdc...0xcdc, 0x1acf...0x1add, 0x1ae0...0x1aeb, 0x20c1...0x20c1, 0x2b96...0x2b96,
    0xa7ce...0xa7cf, 0xa7d2...0xa7d2, 0xa7d4...0xa7d4, 0xa7f1...0xa7f1, 0xfbc3...0xfbd2, 0xfd90...0xfd91,
    0xfdc8...0xfdce, 0x10940...0x10959, 0x10ec5...0x10ec7, 0x10ed0...0x10ed8, 0x10efa...0x10efb, 0x11b60...0x11b67,
    0x11db0...0x11ddb, 0x11de0...0x11de9, 0x16ea0...0x16eb8, 0x16ebb...0x16ed3, 0x16ff2...0x16ff6, 0x187f8...0x187ff,
    0x18d09...0x18d1e, 0x18d80...0x18df2, 0x1ccfa...0x1ccfc, 0x1ceba...0x1ced0, 0x1cee0...0x1cef0, 0x1e6c0...0x1e6de,
    0x1e6e0...0x1e6f5, 0x1e6fe...0x1e6ff, 0x1f6d8...0x1f6d8, 0x1f777...0x1f77a, 0x1f8d0...0x1f8d8, 0x1fa54...0x1fa57,
    0x1fa8a...0x1fa8a, 0x1fa8e...0x1fa8e, 0x1fac8...0x1fac8, 0x1facd...0x1facd, 0x1faea...0x1faea, 0x1faef...0x1faef,
    0x1fbfa...0x1fbfa, 0x2b73a...0x2b73f, 0x2cea2...0x2cead, 0x323b0...0x33479,
  ]

  /// Whether a scalar is unassigned for the reference although the standard library knows it.
  static func isNewer(_ scalar: UInt32) -> Bool { scalar >= 0x88f && newer.holds(scalar) }

  /// The bit of a scalar's general category.
  static func category(of scalar: Unicode.Scalar) -> UInt32 {
    if isNewer(scalar.value) { return ScalarSet.bit(of: .unassigned) }
    // U+0295 became a letter without case in Unicode 17.
    if scalar.value == 0x295 { return ScalarSet.bit(of: .lowercaseLetter) }
    return ScalarSet.bit(of: scalar.properties.generalCategory)
  }

  /// The scalar that stands for all that differ from it in case only; the scalar itself where there is none.
  ///
  /// Simple case folding, by way of the one-scalar mappings to upper (or title) and lower case.
  static func folded(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    func single(_ text: String) -> Unicode.Scalar? { text.unicodeScalars.count == 1 ? text.unicodeScalars.first : nil }
    // The dotless i has the plain capital I, whose lower case is the dotted one; the two are no pair.
    guard scalar.value != 0x131, !isNewer(scalar.value) else { return scalar }
    let properties = scalar.properties
    let upper = single(properties.uppercaseMapping) ?? single(properties.titlecaseMapping) ?? scalar
    return single(upper.properties.lowercaseMapping) ?? upper
  }

  /// Whether a scalar can have another case.
  static func isCased(_ category: UInt32) -> Bool { category & caseCategories != 0 }

  /// Letters, and the marks, numbers and symbols of which some have two cases (U+0345, U+2160, U+24B6).
  private static let caseCategories: UInt32 = ["L", "Mn", "Nl", "So"].reduce(0) {
    $0 | (ScalarSet.categories(named: $1) ?? 0)
  }

  /// All scalars by what they fold to, where several do.
  static let equals: [UInt32: [UInt32]] = {
    var groups: [UInt32: [UInt32]] = [:]
    for value in UInt32(0x41)..<0x1e944 {
      guard let scalar = Unicode.Scalar(value), isCased(category(of: scalar)) else { continue }
      let fold = folded(scalar).value
      if fold != value { groups[fold, default: [fold]].append(value) }
    }
    return groups
  }()
}

extension [ClosedRange<UInt32>] {
  /// Whether one of these ranges, which are sorted and apart, holds a value.
  func holds(_ value: UInt32) -> Bool {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if self[middle].upperBound < value { low = middle + 1 } else { high = middle }
    }
    return low < count && self[low].lowerBound <= value
  }

  /// The same values in sorted ranges that are apart.
  var merged: [ClosedRange<UInt32>] {
    var result: [ClosedRange<UInt32>] = []
    for range in sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = result.last, range.lowerBound <= last.upperBound {
        result[result.count - 1] = last.lowerBound...Swift.max(last.upperBound, range.upperBound)
      } else {
        result.append(range)
      }
    }
    return result
  }
}

/// A yes-or-no property of scalars that patterns may ask for by name.
enum ScalarProperty: String, Sendable {
  case alphabetic, lowercase, uppercase, cased, math, ideographic, emoji, dash, diacritic, extender
  case idstart, idcontinue, xidstart, xidcontinue, quotationmark, hexdigit, emojipresentation, emojimodifier
  case emojimodifierbase, defaultignorablecodepoint

  func holds(_ value: UInt32) -> Bool {
    guard let properties = Unicode.Scalar(value)?.properties, !UnicodeFacts.isNewer(value) else { return false }
    return switch self {
    case .alphabetic: properties.isAlphabetic
    // U+0295 is lower case before Unicode 17.
    case .lowercase: properties.isLowercase || value == 0x295
    case .uppercase: properties.isUppercase
    case .cased: properties.isCased || value == 0x295
    case .math: properties.isMath
    case .ideographic: properties.isIdeographic
    case .emoji: properties.isEmoji
    case .dash: properties.isDash
    case .diacritic: properties.isDiacritic
    case .extender: properties.isExtender
    case .idstart: properties.isIDStart
    case .idcontinue: properties.isIDContinue
    case .xidstart: properties.isXIDStart
    case .xidcontinue: properties.isXIDContinue
    case .quotationmark: properties.isQuotationMark
    case .hexdigit: properties.isHexDigit
    case .emojipresentation: properties.isEmojiPresentation
    case .emojimodifier: properties.isEmojiModifier
    case .emojimodifierbase: properties.isEmojiModifierBase
    case .defaultignorablecodepoint: properties.isDefaultIgnorableCodePoint
    }
  }
}
