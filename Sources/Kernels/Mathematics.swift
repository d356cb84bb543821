import Glibc

/// The natural logarithm in double precision.
func logarithm(_ x: Double) -> Double { log(x) }
