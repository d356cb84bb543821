import Foundation
import JSON

/// The metadata of one architecture in a GGUF file, with the architecture's prefix and checks.
///
/// It notes which keys were asked for, so that a key nobody asks for can be refused.
struct GGUFFields {
  let model: GGUFModel
  /// The value of `general.architecture`, which begins every key.
  let architecture: String
  /// The full keys that were asked for.
  let reads = ReadKeys()

  /// The header with the metadata.
  var header: GGUFHeader { model.header }

  /// The full name of a key; whoever asks for it uses the value.
  func name(_ key: String) -> String {
    let name = "\(architecture).\(key)"
    reads.note(name)
    return name
  }

  /// A positive count.
  ///
  /// Some architectures write one number per layer; equal numbers are taken as one.
  func count(_ key: String) throws(CheckpointError) -> Int {
    guard let count = try optionalCount(key) else {
      throw .missingField(file: header.path, field: "\(architecture).\(key)")
    }
    return count
  }

  /// A positive count; nil when it is absent.
  func optionalCount(_ key: String) throws(CheckpointError) -> Int? {
    let name = name(key)
    var stored: Int?
    switch header.metadata[name] {
    case .signedArray, .unsignedArray:
      let numbers = try header.integers(name) ?? []
      guard let first = numbers.first, numbers.allSatisfy({ $0 == first }) else {
        throw .unsupported(
          file: header.path, field: "metadata '\(name)'", found: "numbers that differ from layer to layer",
          supported: ["one number"])
      }
      stored = first
    default: stored = try header.integer(name)
    }
    guard let stored else { return nil }
    guard stored > 0, stored <= JSONObject.greatestCount else {
      throw invalid(name, "1 to \(JSONObject.greatestCount)", "\(stored)")
    }
    return stored
  }

  /// A finite number above zero; nil when it is absent.
  func optionalPositive(_ key: String) throws(CheckpointError) -> Double? {
    let name = name(key)
    guard let number = try header.number(name) else { return nil }
    guard number.isFinite, number > 0 else { throw invalid(name, "a finite number above 0", "\(number)") }
    return number
  }

  /// A factor; nil when it is absent or zero, which means that there is none.
  func positiveOrZero(_ key: String) throws(CheckpointError) -> Double? {
    let name = name(key)
    guard let number = try header.number(name), number != 0 else { return nil }
    guard number.isFinite, number > 0 else { throw invalid(name, "a finite number from 0", "\(number)") }
    return number
  }

  /// The sliding window in tokens; nil when it is absent or zero, as Phi-4's is.
  func slidingWindow() throws(CheckpointError) -> Int? {
    let key = "attention.sliding_window"
    if try header.integer(name(key)) == 0 { return nil }
    return try optionalCount(key)
  }

  /// Which of `layerCount` layers have the sliding window: `attention.sliding_window_pattern` is a period, whose last
  /// layer has none, or one flag per layer.
  ///
  /// - Parameters:
  ///   - layerCount: the number of layers.
  ///   - period: what holds where the file says nothing.
  /// - Returns: one flag per layer.
  /// - Throws: `CheckpointError`.
  func slidingLayers(_ layerCount: Int, period: Int) throws(CheckpointError) -> [Bool] {
    let key = "attention.sliding_window_pattern"
    let name = name(key)
    if case .boolArray(let flags) = header.metadata[name] {
      guard flags.count >= layerCount else { throw invalid(name, "\(layerCount) flags", "\(flags.count)") }
      return Array(flags.prefix(layerCount))
    }
    let period = try optionalCount(key) ?? period
    return (0..<layerCount).map { ($0 + 1) % period != 0 }
  }

  /// Refuses a key of the architecture that nothing has asked for and that is not known to be harmless.
  func refuseUnknownKeys() throws(CheckpointError) {
    let prefix = "\(architecture)."
    for (key, value) in header.metadata.sorted(by: { $0.key < $1.key }) where key.hasPrefix(prefix) {
      if reads.contains(key) || GGUFHarmlessKeys.isHarmless(key.dropFirst(prefix.count), value) { continue }
      throw .unknownField(file: header.path, field: key, found: value.text)
    }
  }

  /// The elements of a small float32 tensor; nil when it is absent.
  func smallTensor(_ name: String) throws(CheckpointError) -> [Double]? {
    guard let info = model.info(name) else { return nil }
    guard info.type == .f32, info.shape.count == 1, info.shape[0] <= 1 << 14 else {
      throw .invalid(
        file: header.path, field: "tensor '\(name)'", expected: "a vector of F32",
        found: "\(info.typeName) \(info.shape)")
    }
    return try model.tensor(name)?.floats()?.map { Double($0) }
  }

  private func invalid(_ name: String, _ expected: String, _ found: String) -> CheckpointError {
    .invalid(file: header.path, field: "metadata '\(name)'", expected: expected, found: found)
  }
}
