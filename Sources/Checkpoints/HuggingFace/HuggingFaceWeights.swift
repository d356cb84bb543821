/// The safetensors files of a Hugging Face directory.
struct HuggingFaceWeights {
  /// The files, ordered by name.
  let files: [SafetensorsFile]

  init(directory: String, pages: MappedFile.Pages) throws(CheckpointError) {
    let names = try CheckpointSource.names(in: directory)
    // As in the reference, a file for everything goes before an index that may be left over.
    if names.contains(ShardIndex.fileName), !names.contains("model.safetensors") {
      files = try Self.shards(ShardIndex(path: "\(directory)/\(ShardIndex.fileName)"), directory, names, pages)
      return
    }
    let candidates = names.filter { $0.hasSuffix(".safetensors") }
    guard let name = candidates.first(where: { $0 == "model.safetensors" }) ?? candidates.first,
      candidates.count == 1 || name == "model.safetensors"
    else {
      throw .notFound(
        path: directory, lookedFor: ["\(directory)/model.safetensors", "\(directory)/\(ShardIndex.fileName)"],
        present: CheckpointSource.listed(names))
    }
    files = [try SafetensorsFile(path: "\(directory)/\(name)", pages: pages)]
  }

  /// Opens every shard of an index, and checks that each tensor is where the index says.
  private static func shards(
    _ index: ShardIndex, _ directory: String, _ present: [String], _ pages: MappedFile.Pages
  ) throws(CheckpointError) -> [SafetensorsFile] {
    var files: [SafetensorsFile] = []
    var locations: [String: String] = [:]
    for name in index.fileNames {
      let path = "\(directory)/\(name)"
      guard present.contains(name) else {
        throw .notFound(path: directory, lookedFor: [path], present: CheckpointSource.listed(present))
      }
      let file = try SafetensorsFile(path: path, pages: pages)
      for entry in file.entries { locations[entry.name] = name }
      files.append(file)
    }
    for (tensor, shard) in index.shards.sorted(by: { $0.key < $1.key }) where locations[tensor] != shard {
      throw .missingTensor(file: "\(directory)/\(shard)", tensor: tensor)
    }
    return files
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
