import Positions
import Text

/// What a user typed that cannot be carried out.
struct UsageError: FaultReporting, CustomStringConvertible {
  let message: String
  init(_ message: String) { self.message = message }

  var fault: Fault { .usage }
  var description: String { message }
}

/// The parsed words of one command line.
struct Arguments: Sendable {
  let command: Command
  private(set) var positionals: [String] = []
  private var values: [String: String] = [:]
  /// Everything that was given of options that may be given several times.
  private var lists: [String: [String]] = [:]

  /// Parses the words after the command's name.
  init(_ command: Command, _ words: [String]) throws(UsageError) {
    self.command = command
    var rest = words[...]
    while let word = rest.popFirst() {
      guard word.hasPrefix("-"), word.count > 1, word != "--", Double(word) == nil else {
        guard !word.isEmpty else { throw UsageError("'\(command.name)' was given an empty word where a name belongs") }
        positionals.append(word)
        continue
      }
      try take(word, &rest)
    }
    guard !has(GlobalOptions.help) else { return }
    try checkCounts()
  }

  private mutating func take(_ word: String, _ rest: inout ArraySlice<String>) throws(UsageError) {
    let sides = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard let option = command.allOptions.first(where: { $0.name == sides[0] || $0.short == sides[0] }) else {
      let names = command.allOptions.map(\.name)
      let hint = Suggestion.hint(for: sides[0], among: names)
      throw UsageError("'\(command.name)' has no option \(sides[0])\(hint)")
    }
    guard values[option.name] == nil || option.repeats else { throw UsageError("\(option.name) is given twice") }
    guard let placeholder = option.value else {
      guard sides.count == 1 else { throw UsageError("\(option.name) takes no value") }
      values[option.name] = ""
      return
    }
    guard let value = sides.count == 2 ? sides[1] : rest.popFirst() else {
      throw UsageError("\(option.name) needs a value: \(option.name) \(placeholder)")
    }
    // An empty path would be the root folder, or no file at all.
    guard !value.isEmpty || option.takesEmptyText else {
      throw UsageError("\(option.name) is empty; it needs a value: \(option.name) \(placeholder)")
    }
    // A file of that name would surprise everybody who means standard output.
    guard value != "-" || !["DIR", "DB"].contains(placeholder) else {
      let wanted = placeholder == "DB" ? "file" : "folder"
      throw UsageError("\(option.name) is '-', and standard output cannot be one; it needs a \(wanted)")
    }
    values[option.name] = value
    lists[option.name, default: []].append(value)
  }

  private func checkCounts() throws(UsageError) {
    for option in command.allOptions where option.isRequired && values[option.name] == nil {
      throw UsageError("'\(command.name)' needs \(option.name) \(option.value ?? "")")
    }
    let required = command.positionals.filter(\.isRequired)
    if positionals.count < required.count {
      throw UsageError("'\(command.name)' needs \(required[positionals.count].name)")
    }
    let takesMore = command.positionals.last?.repeats ?? false
    if !takesMore, positionals.count > command.positionals.count {
      throw UsageError("'\(command.name)' does not take '\(positionals[command.positionals.count])'")
    }
  }

  /// True where the option was given.
  func has(_ option: Option) -> Bool { values[option.name] != nil }

  /// The text of an option, or nil.
  func text(_ option: Option) -> String? { values[option.name] }

  /// The texts of an option that may be given several times.
  func texts(_ option: Option) -> [String] { lists[option.name] ?? [] }

  /// The text of an option that is declared as required.
  func required(_ option: Option) throws(UsageError) -> String {
    guard let value = values[option.name] else { throw UsageError("'\(command.name)' needs \(option.name)") }
    return value
  }

  /// The whole number of an option, or nil.
  func integer(_ option: Option, atLeast minimum: Int = 1) throws(UsageError) -> Int? {
    guard let text = values[option.name] else { return nil }
    guard let number = Int(text), number >= minimum, number <= 1 << 40 else {
      throw UsageError("\(option.name) is '\(text)', expected a whole number of at least \(minimum)")
    }
    return number
  }

  /// The whole numbers of an option, separated by commas, or nil.
  func integers(_ option: Option, atLeast minimum: Int = 1) throws(UsageError) -> [Int]? {
    guard let text = values[option.name] else { return nil }
    let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    let valid = numbers.compactMap { $0 }.filter { $0 >= minimum && $0 <= 1 << 40 }
    guard valid.count == numbers.count else {
      throw UsageError("\(option.name) is '\(text)', expected whole numbers of at least \(minimum), as in 512,2048")
    }
    return valid
  }

  /// One of some words, or nil.
  func word<Word: RawRepresentable & CaseIterable>(_ option: Option, _ type: Word.Type) throws(UsageError) -> Word?
  where Word.RawValue == String {
    guard let text = values[option.name] else { return nil }
    if let word = Word(rawValue: text) { return word }
    let names = Word.allCases.map(\.rawValue)
    let hint = Suggestion.hint(for: text, among: names)
    throw UsageError("\(option.name) is '\(text)', expected \(names.joined(separator: ", "))\(hint)")
  }

  /// The method of an option, `plain` where it is not given, before anything is chosen in place of `auto`.
  func methodChoice(_ option: Option) throws(UsageError) -> MethodChoice {
    do throws(MethodError) {
      return try MethodChoice(parsing: values[option.name] ?? "plain")
    } catch {
      throw UsageError("\(option.name): \(error)")
    }
  }

  /// The method of an option, `plain` where it is not given; `auto` is an error.
  func method(_ option: Option) throws(UsageError) -> Method {
    do throws(MethodError) {
      return try Method(parsing: values[option.name] ?? "plain")
    } catch {
      throw UsageError("\(option.name): \(error)")
    }
  }
}
