/// The sets of scalars that patterns call by name, with the members that Oniguruma 6.9.10 gives them.
extension ScalarSet {
  /// The scalars with the property White_Space.
  static let whitespace = ScalarSet(ranges: [
    0x09...0x0d, 0x20...0x20, 0x85...0x85, 0xa0...0xa0, 0x1680...0x1680, 0x2000...0x200a, 0x2028...0x2029,
    0x202f...0x202f, 0x205f...0x205f, 0x3000...0x3000,
  ])
  static let lineFeed = ScalarSet(ranges: [0x0a...0x0a])
  static let hexadecimal = ScalarSet(ranges: [0x30...0x39, 0x41...0x46, 0x61...0x66])
  /// Everything alphabetic, marks, decimal digits, connectors: POSIX's idea of a word.
  static let posixWord = ScalarSet(
    categories: named(["L", "M", "Nl", "Nd", "Pc"]),
    ranges: [0x24b6...0x24e9, 0x1f130...0x1f149, 0x1f150...0x1f169, 0x1f170...0x1f189])
  /// `\w`, which also has the superior digits and the fractions of Latin-1.
  static let word = ScalarSet(
    categories: posixWord.categories, ranges: [0xb2...0xb3, 0xb9...0xb9, 0xbc...0xbe] + posixWord.ranges)
  static let digit = ScalarSet(categories: named(["Nd"]))

  /// Whether two sets are the same before their negation.
  func isSameSet(as other: ScalarSet) -> Bool { negated(false) == other.negated(false) }

  /// The set with another negation.
  func negated(_ isNegated: Bool) -> ScalarSet {
    var set = self
    set.isNegated = isNegated
    return set
  }

  /// A set that POSIX names, as `[:name:]` inside brackets; nil for another name.
  static func posix(_ name: String) -> ScalarSet? {
    switch name {
    case "word": posixWord
    case "punct": ScalarSet(categories: named(["P", "S"]))
    case "print": ScalarSet(categories: named(["Zs"]), nested: [graphic])
    case "graph": graphic
    case "alpha": ScalarSet(properties: [.alphabetic])
    case "alnum": ScalarSet(categories: named(["Nd"]), properties: [.alphabetic])
    case "upper": ScalarSet(properties: [.uppercase])
    case "lower": ScalarSet(properties: [.lowercase])
    case "digit": digit
    case "space": whitespace
    case "blank": ScalarSet(categories: named(["Zs"]), ranges: [0x09...0x09])
    case "cntrl": ScalarSet(categories: named(["Cc"]))
    case "xdigit": hexadecimal
    case "ascii": ScalarSet(ranges: [0...0x7f])
    default: nil
    }
  }

  /// A property as `\p{Name}` has it; nil for a name not known here.
  static func property(_ name: String) -> ScalarSet? {
    let plain = String(name.lowercased().filter { !" _-".contains($0) })
    switch plain {
    case "any": return ScalarSet(categories: all)
    case "assigned": return ScalarSet(categories: named(["Cn"]), isNegated: true)
    case "word": return word
    case "punct": return ScalarSet(categories: named(["P"]))
    case "whitespace": return whitespace
    default: break
    }
    if let set = posix(plain) { return set }
    if let bits = lowercaseNames[plain] ?? longNames[plain].flatMap({ lowercaseNames[$0] }) {
      return ScalarSet(categories: bits)
    }
    if let property = ScalarProperty(rawValue: plain) { return ScalarSet(properties: [property]) }
    return Scripts.ranges(plain).map { ScalarSet(ranges: $0) }
  }

  private static let graphic = ScalarSet(
    categories: named(["Cc", "Cn", "Cs"]), nested: [whitespace], isNegated: true)

  // MARK: General categories

  /// The category bits of a property name (`L`, `Lu`, `N`, ...); nil for a property that is no general category.
  static func categories(named name: String) -> UInt32? { lowercaseNames[name.lowercased()] }

  private static func named(_ names: [String]) -> UInt32 { names.reduce(0) { $0 | (categories(named: $1) ?? 0) } }

  private static let order = [
    "lu", "ll", "lt", "lm", "lo", "mn", "mc", "me", "nd", "nl", "no", "pc", "pd", "ps", "pe", "pi", "pf", "po", "sm",
    "sc", "sk", "so", "zs", "zl", "zp", "cc", "cf", "cs", "co", "cn",
  ]

  private static let lowercaseNames: [String: UInt32] = {
    var names: [String: UInt32] = [:]
    for (index, name) in order.enumerated() {
      names[name] = 1 << UInt32(index)
      names[String(name.prefix(1)), default: 0] |= 1 << UInt32(index)
    }
    names["lc"] = 0b111
    return names
  }()

  private static let longNames = [
    "letter": "l", "mark": "m", "combiningmark": "m", "number": "n", "punctuation": "p", "symbol": "s",
    "separator": "z", "other": "c", "casedletter": "lc", "uppercaseletter": "lu", "lowercaseletter": "ll",
    "titlecaseletter": "lt", "modifierletter": "lm", "otherletter": "lo", "nonspacingmark": "mn", "spacingmark": "mc",
    "enclosingmark": "me", "decimalnumber": "nd", "letternumber": "nl", "othernumber": "no",
    "connectorpunctuation": "pc", "dashpunctuation": "pd", "openpunctuation": "ps", "closepunctuation": "pe",
    "initialpunctuation": "pi", "finalpunctuation": "pf", "otherpunctuation": "po", "mathsymbol": "sm",
    "currencysymbol": "sc", "modifiersymbol": "sk", "othersymbol": "so", "spaceseparator": "zs",
    "lineseparator": "zl", "paragraphseparator": "zp", "control": "cc", "format": "cf", "surrogate": "cs",
    "privateuse": "co", "unassigned": "cn",
  ]
}
