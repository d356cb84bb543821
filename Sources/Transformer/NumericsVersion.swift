/// The version of the engine's arithmetic; part of the identity of every stored result.
///
/// | version | date | what changed | numbers that move |
/// | --- | --- | --- | --- |
/// | 1 | 2026-11-21 | first version: lane-8 products, super tiles of 1024 keys | - |
/// | 2 | 2026-11-21 | shorter exponential in the softmax | last bits of attention |
public enum NumericsVersion {
  /// The current version.
  public static let current = 2
  /// The version of products in integers (`Compute.int8` and `.int16`), part of the identity of results made with them.
  ///
  /// 2 (2026-11-26): K-quants, Q5_0 and Q5_1 are multiplied in integers, too; before, they took the float32 path. Nothing
  /// moves for weights in Q8_0, Q4_0 and Q4_1.
  static let integers = 2
  /// The version of the OpenCL device's arithmetic: its kernels, their order of summation.
  ///
  /// 2 (2026-11-26): a softmax begins anew every 512 keys.
  static let openCL = 2
}
