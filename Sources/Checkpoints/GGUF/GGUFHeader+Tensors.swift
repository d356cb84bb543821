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
