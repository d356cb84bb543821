import Evaluation

/// Reads the axes of a grid from a configuration entry.
enum GridSettings {
  /// Prompt lengths: a list, or a count of lengths evenly spaced between two ends.
  ///
  /// - Parameters:
  ///   - settings: the entry's settings, with the keys `lengths`, `min-length` and `max-length`.
  ///   - least: the smallest length that makes sense.
  /// - Returns: different lengths in the order given.
  /// - Throws: `TaskError.setting`.
  static func lengths(_ settings: TaskSettings, least: Int) throws(TaskError) -> [Int] {
    var lengths = try settings.integers("lengths") ?? []
    if case .integer(let count)? = settings.values["lengths"] {
      let ends = (settings.integer("min-length", default: 1000), settings.integer("max-length", default: 16000))
      guard (1...1000).contains(count), 0 <= ends.0, ends.0 <= ends.1, ends.1 <= TaskSettings.largestInteger else {
        throw .setting(
          key: "lengths", found: "\(count)",
          expected:
            "a count from 1 to 1000 (with min-length not above max-length, both at most \(TaskSettings.largestInteger)), "
            + "or a list of lengths")
      }
      lengths = EvenSpacing.rounded(EvenSpacing.linear(Double(ends.0), Double(ends.1), count: count))
    } else {
      for key in ["min-length", "max-length"] where settings.values[key] != nil {
        throw .setting(key: key, found: "given", expected: "nothing beside a list of lengths")
      }
    }
    guard !lengths.isEmpty, Set(lengths).count == lengths.count, lengths.allSatisfy({ $0 >= least }) else {
      throw .setting(key: "lengths", found: "\(lengths)", expected: "different lengths of at least \(least) tokens")
    }
    return lengths
  }

  /// One word of a few, or a default.
  static func word<Word: RawRepresentable & CaseIterable>(
    _ key: String, _ settings: TaskSettings, default fallback: Word
  ) throws(TaskError) -> Word where Word.RawValue == String {
    guard let text = settings.text(key) else { return fallback }
    guard let word = Word(rawValue: text) else {
      throw .setting(
        key: key, found: "'\(text)'", expected: "one of \(Word.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return word
  }
}
