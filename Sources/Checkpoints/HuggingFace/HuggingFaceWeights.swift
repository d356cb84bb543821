/// The safetensors files of a Hugging Face directory.
struct HuggingFaceWeights {
  /// The files, ordered by name.
  let files: [SafetensorsFile]

  init(directory: String, pages: MappedFile.Pages) throws(CheckpointError) {
    let names = try ModelLocation.names(in: directory)
    let found = try HuggingFaceFiles(directory, names)
    guard found.missing.isEmpty else {
      let lookedFor =
        found.index == nil
        ? ["\(directory)/model.safetensors", "\(directory)/\(ShardIndex.fileName)"] : [found.missing[0]]
      throw .notFound(path: directory, lookedFor: lookedFor, present: ModelLocation.listed(names))
    }
    var files: [SafetensorsFile] = []
    for path in found.present { files.append(try SafetensorsFile(path: path, pages: pages)) }
    self.files = files
    if let index = found.index { try check(index, directory) }
  }

  /// Checks that each tensor is where the index says.
  private func check(_ index: ShardIndex, _ directory: String) throws(CheckpointError) {
    var locations: [String: String] = [:]
    for file in files {
      for entry in file.entries { locations[entry.name] = file.file.path }
    }
    for (tensor, shard) in index.shards.sorted(by: { $0.key < $1.key })
    where locations[tensor] != "\(directory)/\(shard)" {
      throw .missingTensor(file: "\(directory)/\(shard)", tensor: tensor)
    }
  }

  /// The tensors of a family under their canonical names.
  func tensors(family: Family) throws(CheckpointError) -> [String: Tensor] {
    var tensors: [String: Tensor] = [:]
    for file in files {
      for entry in file.entries {
        switch family.translation(of: entry.name) {
        case .ignored: continue
        case .unknown:
          throw .unexpectedTensor(
            file: file.file.path, tensor: entry.name, architecture: family.architecture.rawValue)
        case .canonical(let name):
          guard tensors[name] == nil else { throw .duplicate(file: file.file.path, name: entry.name) }
          tensors[name] = try file.tensor(entry, as: name)
        }
      }
    }
    return tensors
  }
}
