import Foundation

/// e^x in double precision.
func exponential(_ x: Double) -> Double { exp(x) }
