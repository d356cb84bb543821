public import Evaluation

/// A key that a task's configuration entry may hold.
public struct SettingDescription: Hashable, Sendable {
  /// The type of a setting's value.
  public enum Kind: String, Hashable, Sendable {
    case integer, integers, number, numbers, text, texts, flag
    /// A file or folder: `${NAME}` was replaced and a relative path made relative to the working directory.
    case path
    /// A list of numbers, or a single integer n that stands for n evenly spaced values.
    case countOrNumbers
    /// A YAML file with more keys of the same entry. A task sees it only where the file is missing: else its keys are
    /// settings as if they stood in the entry, which come before them.
    case settingsFile
  }

  /// The key.
  public let key: String
  /// The type of its value.
  public let kind: Kind
  /// One line for the documentation, with the default.
  public let help: String

  /// A setting.
  public init(_ key: String, _ kind: Kind, _ help: String) {
    self.key = key
    self.kind = kind
    self.help = help
  }
}

/// The settings of one configuration entry: already checked for unknown keys and types by the configuration reader.
public struct TaskSettings: Hashable, Sendable {
  /// Values by key.
  public let values: [String: Value]

  /// The largest amount of a whole number in a task's settings: no length or count comes near it, and the sum and the
  /// product of two such numbers stay far below an `Int`'s limit.
  public static let largestInteger = 1 << 31

  /// Settings from values.
  public init(_ values: [String: Value]) { self.values = values }

  /// The integer of a key, or a default.
  public func integer(_ key: String, default fallback: Int) -> Int {
    if case .integer(let value)? = values[key] { return value }
    return fallback
  }

  /// The number of a key, or a default.
  public func number(_ key: String, default fallback: Double) -> Double {
    switch values[key] {
    case .number(let value)?: value
    case .integer(let value)?: Double(value)
    default: fallback
    }
  }

  /// The text of a key, or nil.
  public func text(_ key: String) -> String? {
    if case .text(let value)? = values[key] { return value }
    return nil
  }

  /// The texts of a key (a single one counts as a list), or nil.
  public func texts(_ key: String) -> [String]? {
    switch values[key] {
    case .text(let value)?: [value]
    case .list(let list)?: list.compactMap { if case .text(let text) = $0 { text } else { nil } }
    default: nil
    }
  }

  /// The flag of a key, or a default.
  public func flag(_ key: String, default fallback: Bool) -> Bool {
    if case .flag(let value)? = values[key] { return value }
    return fallback
  }

  /// The integers of a key (a single one counts as a list), or nil.
  ///
  /// - Parameter key: the key.
  /// - Returns: the numbers in the order given.
  /// - Throws: `TaskError.setting` for what is no whole number from -`largestInteger` to `largestInteger`.
  public func integers(_ key: String) throws(TaskError) -> [Int]? {
    guard let given = values[key] else { return nil }
    let list = if case .list(let list) = given { list } else { [given] }
    var integers: [Int] = []
    for value in list {
      let integer: Int? =
        switch value {
        case .integer(let integer): integer
        case .number(let number): Int(exactly: number)
        case .text, .flag, .list: nil
        }
      guard let integer, integer.magnitude <= Self.largestInteger else {
        throw .setting(
          key: key, found: "\(value)", expected: "whole numbers from -\(Self.largestInteger) to \(Self.largestInteger)")
      }
      integers.append(integer)
    }
    return integers
  }

  /// The numbers of a key (a single one counts as a list), or nil.
  public func numbers(_ key: String) -> [Double]? {
    switch values[key] {
    case .integer(let value)?: [Double(value)]
    case .number(let value)?: [value]
    case .list(let list)?: list.compactMap(\.asNumber)
    default: nil
    }
  }
}

/// What is wrong with a task's settings or data; facts only, worded by `description`.
public enum TaskError: Error, Hashable, Sendable {
  /// A setting has an impossible value (exit status 2).
  case setting(key: String, found: String, expected: String)
  /// A file or folder is missing (exit status 5).
  case missingData(path: String, need: String)
  /// A file is there and not what it should be (exit status 5).
  case damagedData(path: String, line: Int?, problem: String)
  /// A file of a benchmark is not what was imported, or no import made it (exit status 5).
  case unverifiedData(task: String, path: String, problem: String)
  /// A file or folder cannot be written (exit status 1).
  case unwritable(path: String, problem: String)
  /// A cell asks for a sample that cannot be made (exit status 2).
  case impossibleSample(cell: String, problem: String)
}
