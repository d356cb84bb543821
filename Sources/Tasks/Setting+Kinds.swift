import Evaluation

// The kinds of settings. Where `otherwise` stands in place of a default, the value is nil where nothing is given, and
// the words say what that means.

extension SettingDescription {
  func error(_ found: Value?, _ expected: String) -> TaskError {
    .setting(key: key, found: found.map { $0.shown } ?? "missing", expected: expected)
  }
}

extension Value {
  /// As an error shows it.
  fileprivate var shown: String {
    switch self {
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .text(let value): "'\(value)'"
    case .flag(let value): "\(value)"
    case .list(let values): "[\(values.map(\.shown).joined(separator: ", "))]"
    }
  }

  /// The values of a list; a single one counts as a list.
  fileprivate var elements: [Value] { if case .list(let list) = self { list } else { [self] } }
}

// MARK: Whole numbers

extension Setting where Content == Int {
  /// A whole number.
  public static func integer(
    _ key: String, _ help: String, default standard: Int, atLeast least: Int = 1, atMost most: Int? = nil
  ) -> Setting {
    let description = SettingDescription(
      key, .integer, help + (most.map { ", \(least) to \($0)" } ?? ""), standard: .value("\(standard)"))
    return Setting(description) { (value) throws(TaskError) in
      try value.map { (value) throws(TaskError) in try description.integer(value, least, most) } ?? standard
    }
  }
}

extension Setting where Content == Int {
  /// The number of samples of a cell that are made by a generator, under the key `trials`; bounded, because the samples
  /// of a cell are made together.
  static func trials(_ help: String, default standard: Int) -> Setting {
    let description = SettingDescription("trials", .integer, help, standard: .value("\(standard)"))
    return Setting(description) { (value) throws(TaskError) in
      try value.map { (value) throws(TaskError) in try description.integer(value, 1, 100_000) } ?? standard
    }
  }
}

extension Setting where Content == Int? {
  /// A whole number, or nil.
  public static func integer(
    _ key: String, _ help: String, otherwise: String, atLeast least: Int = 1, atMost most: Int? = nil
  ) -> Setting {
    let description = SettingDescription(
      key, .integer, help + (most.map { ", \(least) to \($0)" } ?? ""), standard: .value(otherwise))
    return Setting(description) { (value) throws(TaskError) in
      try value.map { (value) throws(TaskError) in try description.integer(value, least, most) }
    }
  }
}

extension Setting where Content == [Int] {
  /// Different whole numbers.
  public static func integers(
    _ key: String, _ help: String, default standard: [Int], in range: ClosedRange<Int>
  ) -> Setting {
    let text = standard.map { "\($0)" }.joined(separator: ", ")
    let description = SettingDescription(key, .integers, help, standard: .value(text))
    return Setting(description) { (value) throws(TaskError) in
      try value.map { (value) throws(TaskError) in
        try description.different(
          value, range, expected: "different numbers from \(range.lowerBound) to \(range.upperBound)")
      } ?? standard
    }
  }

  /// Different lengths in tokens, under the key `lengths`.
  ///
  /// - Parameters:
  ///   - help: what they are the lengths of.
  ///   - least: the smallest that makes sense.
  ///   - otherwise: what an empty list means; nil where they are required.
  /// - Returns: the setting.
  public static func lengths(_ help: String, atLeast least: Int, otherwise: String? = nil) -> Setting {
    let description = SettingDescription(
      "lengths", .integers, help, standard: otherwise.map { .value($0) } ?? .required)
    let expected = "different lengths of at least \(least) tokens"
    return Setting(description) { (value) throws(TaskError) in
      guard let value else {
        guard otherwise != nil else { throw description.error(nil, expected) }
        return []
      }
      let lengths = try description.different(value, least...TaskSettings.largestInteger, expected: expected)
      // A prompt is made before memory is asked for its keys and values.
      guard lengths.allSatisfy({ $0 <= mostTokens }) else {
        throw description.error(value, "lengths of at most \(mostTokens) tokens, more than any model reads")
      }
      return lengths
    }
  }

  /// The longest prompt that a task makes.
  private static var mostTokens: Int { 1 << 24 }
}

extension SettingDescription {
  fileprivate func integer(_ value: Value, _ least: Int, _ most: Int?) throws(TaskError) -> Int {
    guard case .integer(let integer) = value else { throw error(value, "a whole number") }
    if let most {
      guard (least...most).contains(integer) else { throw error(value, "\(least) to \(most)") }
    }
    guard integer >= least else { throw error(value, "\(least) or more") }
    guard integer <= TaskSettings.largestInteger else { throw error(value, "at most \(TaskSettings.largestInteger)") }
    return integer
  }

  fileprivate func different(
    _ value: Value, _ range: ClosedRange<Int>, expected: String
  ) throws(TaskError) -> [Int] {
    var integers: [Int] = []
    for element in value.elements {
      let integer: Int? =
        switch element {
        case .integer(let integer): integer
        case .number(let number): Int(exactly: number)
        case .text, .flag, .list: nil
        }
      guard let integer, integer.magnitude <= TaskSettings.largestInteger else {
        let limit = TaskSettings.largestInteger
        throw error(element, "whole numbers from -\(limit) to \(limit)")
      }
      integers.append(integer)
    }
    guard !integers.isEmpty, Set(integers).count == integers.count, integers.allSatisfy(range.contains) else {
      throw error(value, expected)
    }
    return integers
  }
}

// MARK: Numbers

extension Setting where Content == Double? {
  /// A number, or nil.
  public static func number(_ key: String, _ help: String, otherwise: String) -> Setting {
    let description = SettingDescription(key, .number, help, standard: .value(otherwise))
    return Setting(description) { (value) throws(TaskError) in
      try value.map { (value) throws(TaskError) in
        guard let number = value.asNumber else { throw description.error(value, "a number") }
        return number
      }
    }
  }
}

extension Setting where Content == CountOrNumbers? {
  /// A count of evenly spaced values or a list of them, or nil.
  public static func countOrNumbers(_ key: String, _ help: String, otherwise: String?) -> Setting {
    let description = SettingDescription(
      key, .countOrNumbers, help, standard: otherwise.map { .value($0) } ?? .required)
    return Setting(description) { (value) throws(TaskError) in
      switch value {
      case nil: return nil
      case .integer(let count)?: return .count(count)
      case .some(let value):
        let numbers = value.elements.compactMap(\.asNumber)
        guard numbers.count == value.elements.count else { throw description.error(value, "a count or numbers") }
        return .numbers(numbers)
      }
    }
  }
}

// MARK: Texts and flags

extension Setting where Content == String {
  /// A text; without a default it is required and may not be empty.
  public static func text(_ key: String, _ help: String, default standard: String? = nil) -> Setting {
    let description = SettingDescription(key, .text, help, standard: standard.map { .value($0) } ?? .required)
    return Setting(description) { (value) throws(TaskError) in
      let text = try description.text(value) ?? standard
      guard let text, standard != nil || !text.isEmpty else { throw description.error(nil, help) }
      return text
    }
  }

  /// A file or folder that must be named.
  ///
  /// - Parameters:
  ///   - key: the key.
  ///   - help: what it is.
  ///   - imported: the place under the data folder that is taken where none is named.
  /// - Returns: the setting.
  public static func path(_ key: String, _ help: String, imported: String? = nil) -> Setting {
    let description = SettingDescription(key, .path, help, standard: imported.map { .imported($0) } ?? .required)
    return Setting(description) { (value) throws(TaskError) in
      guard let path = try description.text(value) else {
        throw description.error(nil, help + (imported == nil ? "" : ", or \(ImportedData.variable) set"))
      }
      return path
    }
  }
}

extension Setting where Content == String? {
  /// A text, or nil.
  public static func text(_ key: String, _ help: String, otherwise: String) -> Setting {
    optional(SettingDescription(key, .text, help, standard: .value(otherwise)))
  }

  /// A file or folder, or nil.
  public static func path(_ key: String, _ help: String, otherwise: String) -> Setting {
    optional(SettingDescription(key, .path, help, standard: .value(otherwise)))
  }

  /// A YAML file with more keys of the entry, of which a task sees only that it is missing.
  public static func settingsFile(_ key: String, _ help: String) -> Setting {
    optional(SettingDescription(key, .settingsFile, help, standard: .value("none")))
  }

  private static func optional(_ description: SettingDescription) -> Setting {
    Setting(description) { (value) throws(TaskError) in try description.text(value) }
  }
}

extension Setting where Content == [String] {
  /// Texts; a single one counts as a list.
  public static func texts(_ key: String, _ help: String, default standard: [String], shown: String) -> Setting {
    let description = SettingDescription(key, .texts, help, standard: .value(shown))
    return Setting(description) { (value) throws(TaskError) in
      try value.map { (value) throws(TaskError) in try description.texts(value) } ?? standard
    }
  }
}

extension Setting where Content == [String]? {
  /// Texts, or nil.
  public static func texts(_ key: String, _ help: String, otherwise: String) -> Setting {
    let description = SettingDescription(key, .texts, help, standard: .value(otherwise))
    return Setting(description) { (value) throws(TaskError) in
      try value.map { (value) throws(TaskError) in try description.texts(value) }
    }
  }
}

extension Setting where Content == Bool {
  /// True or false.
  public static func flag(_ key: String, _ help: String, default standard: Bool) -> Setting {
    let description = SettingDescription(key, .flag, help, standard: .value("\(standard)"))
    return Setting(description) { (value) throws(TaskError) in
      guard let value else { return standard }
      guard case .flag(let flag) = value else { throw description.error(value, "true or false") }
      return flag
    }
  }
}

extension SettingDescription {
  fileprivate func text(_ value: Value?) throws(TaskError) -> String? {
    guard let value else { return nil }
    guard case .text(let text) = value else { throw error(value, "a text") }
    return text
  }

  fileprivate func texts(_ value: Value) throws(TaskError) -> [String] {
    var texts: [String] = []
    for element in value.elements {
      guard case .text(let text) = element else { throw error(element, "texts") }
      texts.append(text)
    }
    return texts
  }
}

// MARK: One of a few words

extension Setting where Content: RawRepresentable & CaseIterable, Content.RawValue == String {
  /// One word of a few.
  public static func word(_ key: String, _ help: String, default standard: Content) -> Setting {
    let description = SettingDescription(key, .text, help, standard: .value(standard.rawValue))
    return Setting(description) { (value) throws(TaskError) in
      try description.word(value) ?? standard
    }
  }
}

extension Setting {
  /// One word of a few, or nil.
  public static func word<Word: RawRepresentable & CaseIterable & Sendable>(
    _ key: String, _ help: String, otherwise: String
  ) -> Setting where Content == Word?, Word.RawValue == String {
    let description = SettingDescription(key, .text, help, standard: .value(otherwise))
    return Setting(description) { (value) throws(TaskError) in try description.word(value) }
  }
}

extension SettingDescription {
  fileprivate func word<Word: RawRepresentable & CaseIterable>(
    _ value: Value?
  ) throws(TaskError) -> Word? where Word.RawValue == String {
    guard let text = try text(value) else { return nil }
    guard let word = Word(rawValue: text) else {
      throw error(value, "one of \(Word.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return word
  }
}
