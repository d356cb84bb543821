public import Evaluation

/// A key of a task's configuration entry, declared once.
///
/// The declaration says what may be written, what holds where nothing is, and what the help shows. `TaskSettings` gives
/// the checked value of it, and there is no other way to one.
public struct Setting<Content: Sendable>: SettingDeclaration {
  /// What can be said of the setting without the type of its value.
  public let description: SettingDescription
  /// The value of what is written; of nil where nothing is.
  let read: @Sendable (Value?) throws(TaskError) -> Content

  init(
    _ description: SettingDescription, read: @escaping @Sendable (Value?) throws(TaskError) -> Content
  ) {
    self.description = description
    self.read = read
  }
}

/// A setting, whatever the type of its value.
public protocol SettingDeclaration: Sendable {
  /// Key, kind and help.
  var description: SettingDescription { get }
}

/// What is known of a setting: for the configuration's reader, the help and the documentation.
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

  /// What holds where the key is not given.
  public enum Standard: Hashable, Sendable {
    /// The entry is refused.
    case required
    /// This value, or what these words say.
    case value(String)
    /// The data folder's own copy under this path, where there is a data folder (`SE_EVAL_DATA`); else it is refused.
    case imported(String)
  }

  /// The key.
  public let key: String
  /// The type of its value.
  public let kind: Kind
  /// What it sets, without its default.
  public let help: String
  /// What holds where it is not given.
  public let standard: Standard

  /// A description.
  public init(_ key: String, _ kind: Kind, _ help: String, standard: Standard) {
    self.key = key
    self.kind = kind
    self.help = help
    self.standard = standard
  }

  /// The help with the default, for example `keys per length and depth (default 5)`.
  public var line: String {
    switch standard {
    case .required: "\(help) (required)"
    case .imported(let path): "\(help) (default $\(ImportedData.variable)/\(path), where `data import` puts it)"
    case .value(let text): "\(help) (default \(text))"
    }
  }

  /// The type as a person would write it: `whole numbers`, `text`.
  public var type: String {
    switch kind {
    case .integer: "whole number"
    case .integers: "list of whole numbers"
    case .number: "number"
    case .numbers: "list of numbers"
    case .text: "text"
    case .texts: "list of texts"
    case .flag: "true or false"
    case .path, .settingsFile: "path"
    case .countOrNumbers: "count, or list of numbers"
    }
  }
}

/// A number that stands for so many evenly spaced values, or the values themselves.
public enum CountOrNumbers: Hashable, Sendable {
  /// So many values.
  case count(Int)
  /// These values.
  case numbers([Double])

  /// How many values are asked for.
  var valueCount: Int {
    switch self {
    case .count(let count): count
    case .numbers(let numbers): numbers.count
    }
  }

  /// As it was written, for an error.
  var text: String {
    switch self {
    case .count(let count): "\([Double(count)])"
    case .numbers(let numbers): "\(numbers)"
    }
  }
}

/// The settings of one configuration entry: already checked for unknown keys by the configuration reader.
public struct TaskSettings: Hashable, Sendable {
  /// Values by key.
  public let values: [String: Value]

  /// The largest amount of a whole number in a task's settings: no length or count comes near it, and the sum and the
  /// product of two such numbers stay far below an `Int`'s limit.
  public static let largestInteger = 1 << 31

  /// Settings from values.
  public init(_ values: [String: Value]) { self.values = values }

  /// The value of a setting.
  ///
  /// - Parameter setting: the setting.
  /// - Returns: the checked value, or what holds where it is not given.
  /// - Throws: `TaskError.setting` with the key, what was found and what was expected.
  public subscript<Content>(setting: Setting<Content>) -> Content {
    get throws(TaskError) { try setting.read(values[setting.description.key]) }
  }

  /// True where the entry gives a setting.
  public func gives(_ setting: any SettingDeclaration) -> Bool { values[setting.description.key] != nil }

  /// Refuses settings that mean nothing beside others.
  ///
  /// - Parameters:
  ///   - settings: those that may not be given.
  ///   - expected: why, for example ``nothing beside `path` ``.
  /// - Throws: `TaskError.setting` for the first that is.
  func refuse(_ settings: any SettingDeclaration..., expected: String) throws(TaskError) {
    for setting in settings where gives(setting) {
      throw .setting(key: setting.description.key, found: "given", expected: expected)
    }
  }
}
