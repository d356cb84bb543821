import Foundation
import JSON

/// The metadata of one architecture in a GGUF file, with the architecture's prefix and checks.
struct GGUFFields {
  let header: GGUFHeader
  let file: MappedFile
  /// The value of `general.architecture`, which begins every key.
  let architecture: String

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
    let name = "\(architecture).\(key)"
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
    let name = "\(architecture).\(key)"
    guard let number = try header.number(name) else { return nil }
    guard number.isFinite, number > 0 else { throw invalid(name, "a finite number above 0", "\(number)") }
    return number
  }

  /// The elements of a small float32 tensor; nil when it is absent.
  func smallTensor(_ name: String) throws(CheckpointError) -> [Double]? {
    guard let info = header.tensors.first(where: { $0.name == name }) else { return nil }
    guard info.type == .f32, info.shape.count == 1, info.shape[0] <= 1 << 14 else {
      throw .invalid(
        file: header.path, field: "tensor '\(name)'", expected: "a vector of F32",
        found: "\(info.typeName) \(info.shape)")
    }
    return try header.tensor(info, file: file).floats()?.map { Double($0) }
  }

  private func invalid(_ name: String, _ expected: String, _ found: String) -> CheckpointError {
    .invalid(file: header.path, field: "metadata '\(name)'", expected: expected, found: found)
  }
}

extension GGUFHeader {
  /// A row of the table as a tensor under its own name, which is the canonical one.
  func tensor(_ info: GGUFTensorInfo, file: MappedFile) throws(CheckpointError) -> Tensor {
    guard let type = info.type else {
      throw .unsupported(
        file: path, field: "type of tensor '\(info.name)'", found: info.typeName,
        supported: TensorType.allCases.map(\.rawValue))
    }
    guard info.offset % alignment == 0 else {
      throw .invalid(
        file: path, field: "offset of tensor '\(info.name)'", expected: "a multiple of \(alignment)",
        found: "\(info.offset)")
    }
    let (start, overflow) = dataOffset.addingReportingOverflow(info.offset)
    guard !overflow else {
      throw .invalid(
        file: path, field: "offset of tensor '\(info.name)'", expected: "less than the size of the file",
        found: "\(info.offset)")
    }
    return try Tensor(
      name: info.name, storedName: info.name, type: type, shape: info.shape, file: file, byteOffset: start)
  }

  /// Every tensor, each inside the file and none over another.
  func allTensors(file: MappedFile) throws(CheckpointError) -> [String: Tensor] {
    var tensors: [String: Tensor] = [:]
    var end = dataOffset
    for info in self.tensors.sorted(by: { ($0.offset, $0.name) < ($1.offset, $1.name) }) {
      let tensor = try tensor(info, file: file)
      guard tensor.byteRange.lowerBound >= end else {
        throw .invalid(
          file: path, field: "offset of tensor '\(info.name)'",
          expected: "at least \(end - dataOffset), where the tensor before it ends", found: "\(info.offset)")
      }
      end = tensor.byteRange.upperBound
      tensors[info.name] = tensor
    }
    return tensors
  }
}
