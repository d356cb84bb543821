/// A GGUF model: one file, or the parts of a split one, with the metadata of the first and the tensors of all.
struct GGUFModel: Sendable {
  /// One file of the model.
  struct Part: Sendable {
    let header: GGUFHeader
    let file: MappedFile
  }

  /// At least one, in order.
  let parts: [Part]
  private let places: [String: (part: Int, info: GGUFTensorInfo)]

  /// Opens files and checks that they belong together.
  ///
  /// - Parameters:
  ///   - paths: every file of the model in order, at least one.
  ///   - pages: where the weights' bytes lie.
  /// - Throws: `CheckpointError`, naming file, field, what was expected and what was found.
  init(_ paths: [String], pages: MappedFile.Pages = .mapped) throws(CheckpointError) {
    var parts: [Part] = []
    var places: [String: (part: Int, info: GGUFTensorInfo)] = [:]
    for (index, path) in paths.enumerated() {
      let file = try MappedFile(path: path, pages: pages)
      let header = try GGUFHeader.read(file)
      if paths.count > 1 { try Self.check(header, part: index, of: paths.count) }
      for info in header.tensors {
        guard places.updateValue((index, info), forKey: info.name) == nil else {
          throw .duplicate(file: path, name: info.name)
        }
      }
      parts.append(Part(header: header, file: file))
    }
    self.parts = parts
    self.places = places
    guard paths.count > 1, let total = try parts[0].header.integer("split.tensors.count") else { return }
    guard total == places.count else {
      throw .invalid(
        file: paths[0], field: "metadata 'split.tensors.count'", expected: "\(places.count), the tensors of all parts",
        found: "\(total)")
    }
  }

  private static func check(_ header: GGUFHeader, part: Int, of count: Int) throws(CheckpointError) {
    let found = (try header.integer("split.no"), try header.integer("split.count"))
    guard found == (part, count) else {
      throw .invalid(
        file: header.path, field: "metadata 'split.no' and 'split.count'",
        expected: "\(part) of \(count), as its name says",
        found: "\(found.0.map(String.init) ?? "none") of \(found.1.map(String.init) ?? "none")")
    }
  }

  /// The header with the metadata.
  var header: GGUFHeader { parts[0].header }

  /// The names of all tensors.
  var tensorNames: Dictionary<String, (part: Int, info: GGUFTensorInfo)>.Keys { places.keys }

  /// A row of the tables of tensors; nil when no part has that name.
  func info(_ name: String) -> GGUFTensorInfo? { places[name]?.info }

  /// A tensor; nil when no part has that name.
  func tensor(_ name: String) throws(CheckpointError) -> Tensor? {
    guard let (part, info) = places[name] else { return nil }
    return try parts[part].header.tensor(info, file: parts[part].file)
  }

  /// Every tensor, each inside its file and none over another.
  func allTensors() throws(CheckpointError) -> [String: Tensor] {
    var tensors: [String: Tensor] = [:]
    for part in parts {
      for (name, tensor) in try part.header.allTensors(file: part.file) { tensors[name] = tensor }
    }
    return tensors
  }
}
