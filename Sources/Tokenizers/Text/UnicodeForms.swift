import Foundation

/// The four Unicode normalization forms (UAX #15).
///
/// Foundation's own conversion leaves runs of more than a few dozen combining marks unsorted, so it is asked only about
/// one scalar (its decomposition) or two (their composition); order and blocking are done here. Scalars younger than
/// Unicode 11 are left alone, as the tables inside Hugging Face tokenizers 0.23 have none of them.
struct UnicodeForms {
  private let isCompatibility: Bool
  private let composes: Bool
  private var decompositions: [Unicode.Scalar: [Unicode.Scalar]] = [:]
  private var compositions: [[Unicode.Scalar]: Unicode.Scalar?] = [:]

  /// - Parameters:
  ///   - isCompatibility: forms KC and KD.
  ///   - composes: forms C and KC.
  init(isCompatibility: Bool, composes: Bool) {
    self.isCompatibility = isCompatibility
    self.composes = composes
  }

  /// The normalized form of a text.
  mutating func normalized(_ text: [UInt8]) -> [UInt8] {
    var scalars: [Unicode.Scalar] = []
    scalars.reserveCapacity(text.count)
    for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
      if scalar.isASCII { scalars.append(scalar) } else { scalars += decomposition(scalar) }
    }
    sortMarks(&scalars)
    if composes { compose(&scalars) }
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return Array(String(view).utf8)
  }

  /// Whether the reference's tables have the scalar.
  private static func isKnown(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x300 || scalar.properties.age.map { $0.major < 12 } ?? false
  }

  private mutating func decomposition(_ scalar: Unicode.Scalar) -> [Unicode.Scalar] {
    guard Self.isKnown(scalar) else { return [scalar] }
    if let known = decompositions[scalar] { return known }
    let text = String(Character(scalar))
    let form =
      isCompatibility ? text.decomposedStringWithCompatibilityMapping : text.decomposedStringWithCanonicalMapping
    let scalars = Array(form.unicodeScalars)
    decompositions[scalar] = scalars
    return scalars
  }

  /// Puts each run of combining marks in the order of their classes.
  private func sortMarks(_ scalars: inout [Unicode.Scalar]) {
    var index = 0
    while index < scalars.count {
      guard Self.combiningClass(scalars[index]) > 0 else {
        index += 1
        continue
      }
      var end = index + 1
      while end < scalars.count, Self.combiningClass(scalars[end]) > 0 { end += 1 }
      if end - index > 1 {
        let marks = scalars[index..<end].enumerated().sorted {
          (Self.combiningClass($0.element), $0.offset) < (Self.combiningClass($1.element), $1.offset)
        }
        scalars.replaceSubrange(index..<end, with: marks.map(\.element))
      }
      index = end
    }
  }

  /// Joins each starter with the following scalars that are not blocked from it.
  private mutating func compose(_ scalars: inout [Unicode.Scalar]) {
    var result: [Unicode.Scalar] = []
    result.reserveCapacity(scalars.count)
    var starter: Int?
    var lastClass: UInt8 = 0
    for scalar in scalars {
      let ownClass = Self.combiningClass(scalar)
      if let starter, Self.mayComposeWithPrevious(scalar) {
        let isAdjacent = starter == result.count - 1
        if isAdjacent || lastClass < ownClass, let joint = composition(result[starter], scalar) {
          result[starter] = joint
          continue
        }
      }
      result.append(scalar)
      lastClass = ownClass
      if ownClass == 0 { starter = result.count - 1 }
    }
    scalars = result
  }

  /// Everything that composes with what is before it is a mark, or a vowel or final consonant of Hangul.
  private static func mayComposeWithPrevious(_ scalar: Unicode.Scalar) -> Bool {
    guard scalar.value >= 0x300, isKnown(scalar) else { return false }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .spacingMark: return true
    default: return 0x1161...0x11c2 ~= scalar.value
    }
  }

  private mutating func composition(_ first: Unicode.Scalar, _ second: Unicode.Scalar) -> Unicode.Scalar? {
    if let syllable = Self.syllable(first.value, second.value) { return syllable }
    if let known = compositions[[first, second]] { return known }
    var view = String.UnicodeScalarView()
    // Decomposed first: Foundation does not compose further what is composed already (U+0CCA with U+0CD5).
    view.append(contentsOf: String(Character(first)).decomposedStringWithCanonicalMapping.unicodeScalars)
    view.append(second)
    let joint = String(view).precomposedStringWithCanonicalMapping.unicodeScalars
    let composed = joint.count == 1 ? joint.first : nil
    compositions[[first, second]] = composed
    return composed
  }

  /// The Hangul syllable of a consonant and a vowel, or of a syllable without final and a final consonant
  /// (The Unicode Standard, section 3.12).
  private static func syllable(_ first: UInt32, _ second: UInt32) -> Unicode.Scalar? {
    if 0x1100..<0x1113 ~= first, 0x1161..<0x1176 ~= second {
      return Unicode.Scalar(0xac00 + ((first - 0x1100) * 21 + second - 0x1161) * 28)
    }
    if 0xac00..<0xd7a4 ~= first, (first - 0xac00) % 28 == 0, 0x11a8..<0x11c3 ~= second {
      return Unicode.Scalar(first + second - 0x11a7)
    }
    return nil
  }

  private static func combiningClass(_ scalar: Unicode.Scalar) -> UInt8 {
    scalar.value < 0x300 || !isKnown(scalar) ? 0 : scalar.properties.canonicalCombiningClass.rawValue
  }
}
