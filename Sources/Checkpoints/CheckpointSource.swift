import Foundation

/// What lies at a path that a user gave for a model.
enum CheckpointSource: Equatable {
  case gguf(String)
  case huggingFace(String)

  /// Decides which kind of checkpoint a path is, by what is there and not by what the path looks like.
  static func locate(_ given: String) throws(CheckpointError) -> CheckpointSource {
    var path = given
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    guard FileManager.default.fileExists(atPath: path) else {
      throw .notFound(path: path, lookedFor: [path], present: [])
    }
    // What can be listed is a folder, behind symbolic links as well.
    guard let names = try? names(in: path) else {
      // A weight or configuration file of a folder stands for the folder.
      guard path.hasSuffix(".safetensors") || path.hasSuffix("config.json") else { return .gguf(path) }
      throw .unsupported(
        file: path, field: "kind of file", found: "a part of a Hugging Face model",
        supported: ["a .gguf file", "the folder that holds config.json and the weights"])
    }
    let ggufs = names.filter { $0.hasSuffix(".gguf") }
    let hasSafetensors = names.contains { $0.hasSuffix(".safetensors") }
    if names.contains("config.json"), hasSafetensors || ggufs.count != 1 { return .huggingFace(path) }
    guard ggufs.count == 1 else {
      let lookedFor = ["\(path)/config.json", ggufs.isEmpty ? "\(path)/*.gguf" : "exactly one \(path)/*.gguf"]
      throw .notFound(path: path, lookedFor: lookedFor, present: listed(names))
    }
    return .gguf("\(path)/\(ggufs[0])")
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
