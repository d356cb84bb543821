/// Numbers as text, the same on every machine and in every locale.
enum NumberText {
  /// A number with a fixed count of decimals, rounded half away from zero: `fixed(3.5, 2)` is `3.50`.
  static func fixed(_ value: Double, _ decimals: Int) -> String {
    guard value.isFinite else { return value.isNaN ? "nan" : value > 0 ? "inf" : "-inf" }
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    let scaled = (value.magnitude * scale).rounded(.toNearestOrAwayFromZero)
    guard scaled < 9e15 else { return "\(value)" }
    var digits = String(Int(scaled))
    while digits.count <= decimals { digits = "0" + digits }
    let sign = value < 0 && scaled > 0 ? "-" : ""
    guard decimals > 0 else { return sign + digits }
    return sign + digits.dropLast(decimals) + "." + digits.suffix(decimals)
  }

  /// The decimals with which a number of this size is shown: three to four significant digits.
  static func decimals(for value: Double) -> Int {
    switch value.magnitude {
    case ..<10: 3
    case ..<100: 2
    case ..<1000: 1
    default: 0
    }
  }

  /// A number with as many decimals as are worth reading; large ones as `1.23e+07`.
  static func adaptive(_ value: Double, decimals: Int? = nil) -> String {
    guard value.isFinite, value.magnitude >= 1e6 else { return fixed(value, decimals ?? self.decimals(for: value)) }
    var (mantissa, exponent) = (value, 0)
    while mantissa.magnitude >= 9.995 {
      mantissa /= 10
      exponent += 1
    }
    return fixed(mantissa, 2) + "e+" + (exponent < 10 ? "0" : "") + "\(exponent)"
  }

  /// With a plus sign where the number is above zero as it is shown.
  static func signed(_ text: String) -> String {
    text.hasPrefix("-") || !text.contains(where: { "123456789".contains($0) }) ? text : "+" + text
  }

  /// Six decimals below ten, fewer above: small drifts must show.
  static func precise(_ value: Double) -> String {
    value != 0 && value.magnitude < 1e-5 ? "\(value)" : adaptive(value, decimals: decimals(for: value) + 3)
  }

  /// A number beside a tick of an axis.
  static func tick(_ value: Double) -> String { value.magnitude >= 1e5 ? adaptive(value) : short(value) }

  /// A number without trailing zeros: `0.5`, `4096`.
  static func short(_ value: Double) -> String {
    if let whole = Int(exactly: value) { return "\(whole)" }
    var text = fixed(value, 6)
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
    return text
  }

  /// `16K` for 16384 and the like, digits for the rest.
  static func tokens(_ value: Double) -> String {
    guard let whole = Int(exactly: value), whole >= 1024, whole % 1024 == 0 else { return short(value) }
    return "\(whole / 1024)K"
  }
}
