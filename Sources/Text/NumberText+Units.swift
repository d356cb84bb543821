extension NumberText {
  /// How many of a thing, `1 sample`, `2,000 samples`.
  ///
  /// - Parameters:
  ///   - number: how many.
  ///   - thing: its name in the singular, of which the plural ends in s.
  /// - Returns: the number with its noun.
  public static func count(_ number: Int, _ thing: String) -> String {
    "\(grouped(number)) \(thing)\(number == 1 ? "" : "s")"
  }

  /// `1234567` as `1,234,567`.
  public static func grouped(_ number: Int) -> String {
    var digits = Array(String(number.magnitude))
    for index in stride(from: digits.count - 3, to: 0, by: -3) { digits.insert(",", at: index) }
    return (number < 0 ? "-" : "") + String(digits)
  }

  /// A count of bytes in the largest fitting binary unit, with two decimals below ten and one above: `2.47 GiB`.
  public static func bytes(_ count: Int) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB"]
    var (value, unit) = (Double(count), 0)
    while value.magnitude >= 1024, unit < units.count - 1 {
      value /= 1024
      unit += 1
    }
    return unit == 0 ? "\(count) B" : "\(fixed(value, value.magnitude < 10 ? 2 : 1)) \(units[unit])"
  }

  /// Seconds as `41 s`, `3 min 20 s`, `2 h 05 min` or `12 d 3 h`, rounded up; `unknown` where they are no number.
  public static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e11 else { return "unknown" }
    let total = Int(max(0, seconds).rounded(.up))
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    if total < 60 { return "\(total) s" }
    if total < 3600 { return "\(total / 60) min \(two(total % 60)) s" }
    if total < 48 * 3600 { return "\(total / 3600) h \(two(total / 60 % 60)) min" }
    return "\(total / 86400) d \(total / 3600 % 24) h"
  }

  /// A count of tokens: `16K` for 16384 and the like, digits for the rest.
  public static func tokens(_ value: Double) -> String {
    guard let whole = Int(exactly: value), whole >= 1024, whole % 1024 == 0 else { return short(value) }
    return "\(whole / 1024)K"
  }
}
