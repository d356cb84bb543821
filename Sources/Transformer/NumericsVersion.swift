/// The version of the engine's arithmetic; part of the identity of every stored result.
///
/// | version | date | what changed | numbers that move |
/// | --- | --- | --- | --- |
/// | 1 | 2026-11-21 | first version: lane-8 products, super tiles of 1024 keys | - |
/// | 2 | 2026-11-21 | shorter exponential in the softmax | last bits of attention |
/// | 3 | 2026-11-26 | fields that were ignored: LongRoPE's factor, Gemma's `gelu`, more | models with such a field |
public enum NumericsVersion {
  /// The current version.
  public static let current = 3
}
