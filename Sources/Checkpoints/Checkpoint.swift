/// A model's weights, mapped and checked, and its hyperparameters.
///
/// Opening reads headers only, unless large pages are wanted; the bytes of the weights are read when they are used.
public struct Checkpoint: Sendable {
  /// The two kinds of checkpoints.
  public enum Format: String, Sendable {
    /// One GGUF file, or the parts of a split one.
    case gguf
    /// A folder with config.json and safetensors files.
    case huggingFace
  }

  /// The path that was opened: the GGUF file, of a split one its first part, or the folder.
  public let path: String
  /// The kind of checkpoint.
  public let format: Format
  /// What the model computes.
  public let hyperparameters: Hyperparameters
  /// The tensors by canonical name.
  ///
  /// An output projection that the model ties to its embedding is not among them.
  public let tensors: [String: Tensor]
  /// The header of a GGUF file, of a split one its first part; nil for a folder.
  public let gguf: GGUFHeader?
  /// Every file with weights, ordered by name.
  public let files: [MappedFile]
  /// config.json of a folder; nil for a GGUF file.
  public let configurationFile: MappedFile?

  /// Opens a checkpoint and checks everything but the values of the weights.
  ///
  /// - Parameters:
  ///   - path: whatever `ModelLocation` takes for a model.
  ///   - pages: where the weights' bytes lie; large ones only while all files together take at most half of the memory
  ///     that is free.
  /// - Returns: the checkpoint.
  /// - Throws: `CheckpointError`, naming file, field, what was expected and what was found.
  public static func open(
    _ path: String, pages: MappedFile.Pages = .mapped
  ) throws(CheckpointError) -> Checkpoint {
    let location = try ModelLocation.resolve(path)
    let pages = try affordable(pages, location.weightFiles)
    return switch location.format {
    case .gguf: try openGGUF(location, pages)
    case .huggingFace: try openHuggingFace(location.path, pages)
    }
  }

  private static func affordable(_ pages: MappedFile.Pages, _ files: [String]) throws(CheckpointError)
    -> MappedFile.Pages
  {
    guard pages == .large else { return pages }
    var byteCount = 0
    for file in files { byteCount += try MappedFile(path: file).byteCount }
    return byteCount <= AvailableMemory.byteCount / 2 ? .large : .mapped
  }

  /// Reads the hyperparameters alone; a folder needs no weights, and a GGUF file no complete data.
  ///
  /// - Parameter path: as in `open`.
  /// - Returns: the hyperparameters.
  /// - Throws: `CheckpointError`, naming file, field, what was expected and what was found.
  public static func openHyperparameters(_ path: String) throws(CheckpointError) -> Hyperparameters {
    let location = try ModelLocation.resolve(path)
    return switch location.format {
    case .gguf: try GGUFConfiguration(ggufModel(location)).hyperparameters
    case .huggingFace: try HuggingFaceConfiguration(directory: location.path).hyperparameters
    }
  }

  /// The tensor with a canonical name.
  ///
  /// - Parameter name: such as `blk.0.attn_q.weight`.
  /// - Returns: the tensor.
  /// - Throws: `CheckpointError.missingTensor` when the checkpoint has none.
  public func tensor(_ name: String) throws(CheckpointError) -> Tensor {
    guard let tensor = tensors[name] else { throw .missingTensor(file: path, tensor: name) }
    return tensor
  }

  /// The number of weights.
  public var parameterCount: Int { tensors.values.reduce(0) { $0 + $1.elementCount } }

  /// The files of a GGUF model, all of which must be there.
  private static func ggufModel(
    _ location: ModelLocation, _ pages: MappedFile.Pages = .mapped
  ) throws(CheckpointError) -> GGUFModel {
    guard location.missingWeightFiles.isEmpty else {
      throw .notFound(
        path: location.path, lookedFor: location.missingWeightFiles, present: location.weightFiles)
    }
    return try GGUFModel(location.weightFiles, pages: pages)
  }

  private static func openGGUF(
    _ location: ModelLocation, _ pages: MappedFile.Pages
  ) throws(CheckpointError) -> Checkpoint {
    let path = location.path
    let model = try ggufModel(location, pages)
    let configuration = try GGUFConfiguration(model)
    guard !model.tensorNames.isEmpty else {
      throw .invalid(
        file: path, field: "the tensor count", expected: "a model; this file is a vocabulary without weights",
        found: "0")
    }
    let tensors = try model.allTensors()
      // Old converters stored the rotary frequencies of each layer, which the hyperparameters give.
      .filter { !$0.key.hasSuffix(".attn_rot_embd.weight") && !$0.key.hasSuffix(".attn_rot_embd") }
    try TensorExpectations(
      model: configuration.hyperparameters, family: configuration.family, path: path, biased: nil
    ).check(tensors)
    return Checkpoint(
      path: path, format: .gguf, hyperparameters: configuration.hyperparameters, tensors: tensors,
      gguf: model.header, files: model.parts.map(\.file), configurationFile: nil)
  }

  private static func openHuggingFace(
    _ directory: String, _ pages: MappedFile.Pages
  ) throws(CheckpointError) -> Checkpoint {
    let configuration = try HuggingFaceConfiguration(directory: directory)
    let weights = try HuggingFaceWeights(directory: directory, pages: pages)
    var tensors = try weights.tensors(family: configuration.family)
    // The reference replaces a stored output projection by the embedding when the configuration ties them.
    if configuration.hyperparameters.tiedEmbeddings { tensors["output.weight"] = nil }
    try TensorExpectations(
      model: configuration.hyperparameters, family: configuration.family, path: directory,
      biased: configuration.biased
    ).check(tensors)
    return Checkpoint(
      path: directory, format: .huggingFace, hyperparameters: configuration.hyperparameters, tensors: tensors,
      gguf: nil, files: weights.files.map(\.file),
      configurationFile: try MappedFile(path: "\(directory)/config.json"))
  }
}
