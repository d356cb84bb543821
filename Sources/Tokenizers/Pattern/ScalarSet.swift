/// A set of Unicode scalars as patterns write it: categories, ranges, whitespace, nested and negated sets.
struct ScalarSet: Sendable, Equatable {
  /// Bits by `ScalarSet.bit(of:)`.
  var categories: UInt32 = 0
  var ranges: [ClosedRange<UInt32>] = []
  var nested: [ScalarSet] = []
  var isNegated = false
  /// Whether letters match regardless of case, by simple case folding (U+017F folds to s, U+212A to k).
  var ignoresCase = false

  /// The ranges of the set and of those inside it.
  var allRanges: [ClosedRange<UInt32>] { ranges + nested.flatMap(\.allRanges) }

  static let all: UInt32 = (1 << 30) - 1

  /// The scalars with the property White_Space.
  static let whitespace = ScalarSet(ranges: [
    0x09...0x0d, 0x20...0x20, 0x85...0x85, 0xa0...0xa0, 0x1680...0x1680, 0x2000...0x200a, 0x2028...0x2029,
    0x202f...0x202f, 0x205f...0x205f, 0x3000...0x3000,
  ])

  func contains(_ scalar: Unicode.Scalar) -> Bool {
    let category = Self.bit(of: scalar.properties.generalCategory)
    return contains(scalar.value, category) || ignoresCase && containsOtherCase(scalar, category) != isNegated
  }

  /// Membership of a scalar whose category bit is known, the case as it is.
  func contains(_ scalar: UInt32, _ category: UInt32) -> Bool {
    let isInside =
      categories & category != 0 || ranges.contains { $0 ~= scalar }
      || nested.contains { $0.contains(scalar, category) }
    return isInside != isNegated
  }

  /// Whether a cased scalar's other forms are among the ranges.
  private func containsOtherCase(_ scalar: Unicode.Scalar, _ category: UInt32) -> Bool {
    guard category & Self.cased != 0, !isNegated else { return false }
    let properties = scalar.properties
    return [properties.lowercaseMapping, properties.uppercaseMapping, properties.uppercaseMapping.lowercased()]
      .contains { form in
        guard form.unicodeScalars.count == 1, let other = form.unicodeScalars.first else { return false }
        return ranges.contains { $0 ~= other.value }
      }
  }

  static let cased = names["Lu", default: 0] | names["Ll", default: 0] | names["Lt", default: 0]

  /// The category bits of a property name (`L`, `Lu`, `N`, ...); nil for a property that is no general category.
  static func categories(named name: String) -> UInt32? { names[name] }

  private static let order = [
    "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm",
    "Sc", "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Cn",
  ]

  private static let names: [String: UInt32] = {
    var names: [String: UInt32] = ["Any": all]
    for (index, name) in order.enumerated() {
      names[name] = 1 << UInt32(index)
      names[String(name.prefix(1)), default: 0] |= 1 << UInt32(index)
    }
    for (long, short) in [
      ("Letter", "L"), ("Mark", "M"), ("Number", "N"), ("Punctuation", "P"), ("Symbol", "S"), ("Separator", "Z"),
    ] { names[long] = names[short] }
    return names
  }()

  static func bit(of category: Unicode.GeneralCategory) -> UInt32 {
    let index: UInt32 =
      switch category {
      case .uppercaseLetter: 0
      case .lowercaseLetter: 1
      case .titlecaseLetter: 2
      case .modifierLetter: 3
      case .otherLetter: 4
      case .nonspacingMark: 5
      case .spacingMark: 6
      case .enclosingMark: 7
      case .decimalNumber: 8
      case .letterNumber: 9
      case .otherNumber: 10
      case .connectorPunctuation: 11
      case .dashPunctuation: 12
      case .openPunctuation: 13
      case .closePunctuation: 14
      case .initialPunctuation: 15
      case .finalPunctuation: 16
      case .otherPunctuation: 17
      case .mathSymbol: 18
      case .currencySymbol: 19
      case .modifierSymbol: 20
      case .otherSymbol: 21
      case .spaceSeparator: 22
      case .lineSeparator: 23
      case .paragraphSeparator: 24
      case .control: 25
      case .format: 26
      case .surrogate: 27
      case .privateUse: 28
      case .unassigned: 29
      @unknown default: 29
      }
    return 1 << index
  }
}
