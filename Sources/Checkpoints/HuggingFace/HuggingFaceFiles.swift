/// Which files of a Hugging Face folder hold the weights.
struct HuggingFaceFiles {
  /// The index of the shards, where there are shards.
  let index: ShardIndex?
  /// The files that are there.
  let present: [String]
  /// The files that are not, or what could be there.
  let missing: [String]

  /// Looks at the names in a folder; an index is read.
  init(_ folder: String, _ names: [String]) throws(CheckpointError) {
    let single = "model.safetensors"
    let files = names.filter { $0.hasSuffix(".safetensors") && !$0.hasPrefix(".") }
    let indices = names.filter { $0.hasSuffix(".safetensors.index.json") && !$0.hasPrefix(".") }
    // As in the reference, a file for everything goes before an index that may be left over.
    if !names.contains(single), let name = indices.first(where: { $0 == ShardIndex.fileName }) ?? indices.first,
      indices.count == 1 || name == ShardIndex.fileName
    {
      let index = try ShardIndex(path: "\(folder)/\(name)")
      self.index = index
      present = index.fileNames.filter { names.contains($0) }.map { "\(folder)/\($0)" }
      missing = index.fileNames.filter { !names.contains($0) }.map { "\(folder)/\($0)" }
      return
    }
    index = nil
    if names.contains(single) {
      (present, missing) = (["\(folder)/\(single)"], [])
    } else if files.count == 1 {
      (present, missing) = (["\(folder)/\(files[0])"], [])
    } else {
      (present, missing) = ([], ["\(folder)/\(single) (or \(ShardIndex.fileName) and its shards)"])
    }
  }
}
