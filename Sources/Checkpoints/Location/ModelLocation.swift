import Foundation

/// What a path that a user gave for a model stands for: decided by what lies there, never by how a file is called.
///
/// * A GGUF file under any name; any part of a split one stands for all of its parts.
/// * A folder with config.json: `model.safetensors`, or the shards of an index, or one safetensors file of any name.
/// * A folder that holds one GGUF model, split or not.
///
/// Everything that needs to know what a model is asks here: weights, tokenizers, plans.
public struct ModelLocation: Sendable, Equatable {
  /// The kind of checkpoint.
  public let format: Checkpoint.Format
  /// The GGUF file, of a split model its first part; or the folder.
  ///
  /// The tokenizer is read from the same place.
  public let path: String
  /// The files with weights that are there, in their order.
  public let weightFiles: [String]
  /// The files with weights that should be there as well, each with its alternatives in words; a plan needs none.
  public let missingWeightFiles: [String]

  /// Finds out what lies at a path.
  ///
  /// - Parameter given: a file or a folder; slashes at its end do not matter.
  /// - Returns: the model's files; weights may be missing.
  /// - Throws: `CheckpointError`, saying what lies there instead of a model.
  public static func resolve(_ given: String) throws(CheckpointError) -> ModelLocation {
    var path = given
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    guard FileManager.default.fileExists(atPath: path) else {
      throw .notFound(path: path, lookedFor: [path], present: [])
    }
    // What can be listed is a folder, behind symbolic links as well.
    guard let names = try? names(in: path) else { return try file(path) }
    return try folder(path, names)
  }

  /// Whether a file is GGUF, by its first bytes; false for what cannot be read.
  ///
  /// - Parameter path: a file.
  /// - Returns: true for every version and byte order.
  public static func isGGUF(_ path: String) -> Bool { (try? FileKind(path)) == .gguf }

  private static func file(_ path: String) throws(CheckpointError) -> ModelLocation {
    let kind = try FileKind(path)
    // What is cut off gets the error of a GGUF file that is.
    guard kind == .gguf || kind == .cut else {
      throw .unsupported(
        file: path, field: "kind of file", found: kind.description,
        supported: ["a GGUF file", "the folder that holds config.json and the weights"])
    }
    return gguf(try GGUFPartFiles(of: path))
  }

  private static func gguf(_ files: GGUFPartFiles) -> ModelLocation {
    ModelLocation(
      format: .gguf, path: files.first, weightFiles: files.present, missingWeightFiles: files.missing)
  }

  private static func folder(_ path: String, _ names: [String]) throws(CheckpointError) -> ModelLocation {
    let isHuggingFace = names.contains("config.json")
    if isHuggingFace, names.contains("adapter_config.json") {
      throw .unsupported(
        file: "\(path)/adapter_config.json", field: "kind of model", found: "an adapter",
        supported: ["a model that the adapter was merged into"])
    }
    if isHuggingFace, names.contains(where: { $0.hasSuffix(".safetensors") }) { return try huggingFace(path, names) }
    let models = try GGUFPartFiles.all(in: path, names)
    if models.count == 1 { return gguf(models[0]) }
    if isHuggingFace { return try huggingFace(path, names) }
    throw .notFound(
      path: path,
      lookedFor: ["\(path)/config.json", models.isEmpty ? "\(path)/*.gguf" : "exactly one \(path)/*.gguf"],
      present: listed(names))
  }

  private static func huggingFace(_ path: String, _ names: [String]) throws(CheckpointError) -> ModelLocation {
    let files = try HuggingFaceFiles(path, names)
    return ModelLocation(
      format: .huggingFace, path: path, weightFiles: files.present, missingWeightFiles: files.missing)
  }

  /// The names of a folder's entries, in order.
  static func names(in directory: String) throws(CheckpointError) -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
    } catch {
      throw .cannotRead(file: directory, reason: "the folder cannot be listed")
    }
  }

  /// A short list of names for a message.
  static func listed(_ names: [String]) -> [String] {
    names.count <= 12 ? names : names.prefix(12) + ["and \(names.count - 12) more"]
  }
}
