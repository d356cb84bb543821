/// Rounding as Python's `round(x, digits)` does it: to the nearest decimal of the exact binary value, ties to even.
public enum PythonRounding {
  /// `round(value, digits)`; not finite values are returned as they are.
  public static func round(_ value: Double, _ digits: Int) -> Double {
    guard value.isFinite, abs(value) < 1e9 else { return value }
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let product = value * scale
    // What the multiplication rounded away decides where the product looks like a tie.
    let error = (-product).addingProduct(value, scale)
    let floor = product.rounded(.down)
    let excess = (product - floor - 0.5) + error
    let isUp = excess > 0 || (excess == 0 && floor.truncatingRemainder(dividingBy: 2) != 0)
    return (isUp ? floor + 1 : floor) / scale
  }
}
