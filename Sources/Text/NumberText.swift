/// Numbers as text, the same on every machine and in every locale; no Double makes any of it trap.
///
/// There is one rule of rounding: half away from zero, decided on the number times the power of ten as a Double holds
/// it. Reports that are in git were written by it.
public enum NumberText {
  /// A number with a fixed count of decimals, rounded half away from zero: `fixed(3.5, 2)` is `3.50`.
  ///
  /// A number that a Double does not hold to that many decimals (from 9e15 in the last one on) is spelled as Swift
  /// does, in its shortest form; what is no number is `nan`, `inf` or `-inf`. There is no minus zero.
  public static func fixed(_ value: Double, _ decimals: Int) -> String {
    guard value.isFinite else { return value.isNaN ? "nan" : value > 0 ? "inf" : "-inf" }
    var scale = 1.0
    for _ in 0..<max(0, decimals) { scale *= 10 }
    let scaled = (value.magnitude * scale).rounded(.toNearestOrAwayFromZero)
    guard scaled < 9e15 else { return "\(value)" }
    var digits = String(Int(scaled))
    while digits.count <= decimals { digits = "0" + digits }
    let sign = value < 0 && scaled > 0 ? "-" : ""
    guard decimals > 0 else { return sign + digits }
    return sign + digits.dropLast(decimals) + "." + digits.suffix(decimals)
  }

  /// The decimals with which a number of this size is shown: three to four significant digits.
  public static func decimals(for value: Double) -> Int {
    switch value.magnitude {
    case ..<10: 3
    case ..<100: 2
    case ..<1000: 1
    default: 0
    }
  }

  /// A number with as many decimals as are worth reading; large ones as `1.23e+07`.
  public static func adaptive(_ value: Double, decimals: Int? = nil) -> String {
    guard value.isFinite, value.magnitude >= 1e6 else { return fixed(value, decimals ?? self.decimals(for: value)) }
    var (mantissa, exponent) = (value, 0)
    while mantissa.magnitude >= 9.995 {
      mantissa /= 10
      exponent += 1
    }
    return fixed(mantissa, 2) + "e+" + (exponent < 10 ? "0" : "") + "\(exponent)"
  }

  /// The text of a number with a plus sign where it is above zero as it is shown.
  public static func signed(_ text: String) -> String {
    text.hasPrefix("-") || !text.contains(where: { "123456789".contains($0) }) ? text : "+" + text
  }

  /// Six decimals below ten, fewer above: small drifts must show.
  public static func precise(_ value: Double) -> String {
    value != 0 && value.magnitude < 1e-5 ? "\(value)" : adaptive(value, decimals: decimals(for: value) + 3)
  }

  /// A number without trailing zeros, six decimals at most: `0.5`, `4096`.
  ///
  /// What six decimals would show as zero, and what is too large for an integer, is spelled as Swift does.
  public static func short(_ value: Double) -> String {
    if let whole = Int(exactly: value) { return "\(whole)" }
    guard value.isFinite else { return fixed(value, 0) }
    guard value.magnitude >= 1e-6, value.magnitude < 9e9 else { return "\(value)" }
    var text = fixed(value, 6)
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
    return text
  }

  /// A number beside a tick of an axis.
  public static func tick(_ value: Double) -> String { value.magnitude >= 1e5 ? adaptive(value) : short(value) }
}
