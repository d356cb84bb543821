/// The day that a chat template is told: a setting, so that a prompt is the same whenever it is made.
public struct ChatDate: Sendable, Hashable {
  /// The year, from 1.
  public let year: Int
  /// The month, from 1 to 12.
  public let month: Int
  /// The day of the month, from 1.
  public let day: Int

  /// What templates are told where no setting says otherwise: 26 July 2024.
  ///
  /// Llama 3.1's template names the same day where it is told none.
  public static let standard = ChatDate(year: 2024, month: 7, day: 26)

  private init(year: Int, month: Int, day: Int) {
    self.year = year
    self.month = month
    self.day = day
  }

  /// A day written as `YYYY-MM-DD`.
  ///
  /// - Throws: `ChatTemplateError.date` for anything else, and for days that no calendar has.
  public init(_ text: String) throws(ChatTemplateError) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.map(\.utf8.count) == [4, 2, 2], parts.allSatisfy({ $0.utf8.allSatisfy { 48...57 ~= $0 } }),
      let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2]), year >= 1, 1...12 ~= month,
      1...Self.length(year, month) ~= day
    else { throw .date(found: text) }
    self.init(year: year, month: month, day: day)
  }

  /// The day as `YYYY-MM-DD`.
  public var spelling: String { "\(Self.digits(year, 4))-\(Self.digits(month, 2))-\(Self.digits(day, 2))" }

  private static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

  private static func length(_ year: Int, _ month: Int) -> Int {
    month == 2 ? (isLeap(year) ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
  }

  /// The day of the year, from 1.
  private var dayOfYear: Int { (1..<month).reduce(day) { $0 + Self.length(year, $1) } }

  /// The day of the week, 0 for Monday.
  private var weekday: Int {
    let before = year - 1
    return (before * 365 + before / 4 - before / 100 + before / 400 + dayOfYear - 1) % 7
  }

  private static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
  ]
  private static let weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]

  private static func digits(_ number: Int, _ count: Int, fill: Character = "0") -> String {
    let digits = String(number)
    return String(repeating: fill, count: max(0, count - digits.count)) + digits
  }

  /// The day by a format of C's `strftime`, in English, at midnight; nil for a format that is not supported.
  func formatted(_ format: String) -> String? {
    var result = ""
    var rest = Substring(format)
    while let character = rest.popFirst() {
      guard character == "%" else {
        result.append(character)
        continue
      }
      let isBare = rest.first == "-"
      if isBare { rest.removeFirst() }
      guard let letter = rest.popFirst(), let field = field(letter) else { return nil }
      if isBare {
        guard field.allSatisfy({ $0.isNumber || $0 == " " }) else { return nil }
        let trimmed = field.drop { $0 == "0" || $0 == " " }
        result += trimmed.isEmpty ? "0" : trimmed
      } else {
        result += field
      }
    }
    return result
  }

  private func field(_ letter: Character) -> String? {
    switch letter {
    case "Y": String(year)
    case "y": Self.digits(year % 100, 2)
    case "m": Self.digits(month, 2)
    case "d": Self.digits(day, 2)
    case "e": Self.digits(day, 2, fill: " ")
    case "j": Self.digits(dayOfYear, 3)
    case "B": Self.months[month - 1]
    case "b", "h": String(Self.months[month - 1].prefix(3))
    case "A": Self.weekdays[weekday]
    case "a": String(Self.weekdays[weekday].prefix(3))
    case "u": String(weekday + 1)
    case "w": String((weekday + 1) % 7)
    case "H", "M", "S": "00"
    case "I": "12"
    case "p": "AM"
    case "f": "000000"
    case "F": spelling
    case "D", "x": "\(Self.digits(month, 2))/\(Self.digits(day, 2))/\(Self.digits(year % 100, 2))"
    case "T", "X": "00:00:00"
    case "R": "00:00"
    case "n": "\n"
    case "t": "\t"
    case "%": "%"
    case "z", "Z": ""
    default: nil
    }
  }
}
