import Foundation
import JSON

/// The files of a model on the disk.
enum ModelFiles {
  /// Which files a model needs, and which of them are there.
  static func inventory(path: String) -> ModelInventory {
    let exists = Self.exists(path)
    let isFolder = exists && (try? FileManager.default.contentsOfDirectory(atPath: path)) != nil
    if path.lowercased().hasSuffix(".gguf") || (exists && !isFolder) {
      return ModelInventory(missing: exists ? [] : [path], weightByteCount: size(path) ?? 0)
    }
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
    let ggufs = names.filter { $0.lowercased().hasSuffix(".gguf") }
    let hasSafetensors = names.contains { $0.hasSuffix(".safetensors") }
    if !hasSafetensors, let gguf = ggufs.first, ggufs.count == 1 {
      return ModelInventory(weightByteCount: size(path + "/" + gguf) ?? 0)
    }
    var missing: [String] = []
    if !Self.exists(path + "/config.json") { missing.append(path + "/config.json") }
    if !["tokenizer.json", "tokenizer.model"].contains(where: { Self.exists(path + "/" + $0) }) {
      missing.append(path + "/tokenizer.json (or tokenizer.model)")
    }
    let weights = Self.weights(in: path)
    if !exists, !weights.missing.isEmpty { missing.append(path + ".gguf (in place of the folder)") }
    return ModelInventory(missing: missing, missingWeights: weights.missing, weightByteCount: weights.byteCount)
  }

  private static func weights(in folder: String) -> (missing: [String], byteCount: Int) {
    let single = folder + "/model.safetensors"
    if let size = size(single) { return ([], size) }
    let index = folder + "/model.safetensors.index.json"
    guard let data = FileManager.default.contents(atPath: index),
      let map = JSONValue(bytes: [UInt8](data))?["weight_map"]?.members
    else { return (["\(single) (or model.safetensors.index.json and its shards)"], 0) }
    let shards = Set(map.values.compactMap(\.text)).sorted().map { folder + "/" + $0 }
    return (shards.filter { !exists($0) }, shards.compactMap { size($0) }.reduce(0, +))
  }

  private static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

  private static func size(_ path: String) -> Int? {
    // Files of a download cache are often symbolic links.
    let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: target) else { return nil }
    return (attributes[.size] as? NSNumber)?.intValue
  }
}
