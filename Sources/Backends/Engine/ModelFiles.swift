import Checkpoints
import Foundation

/// The files of a model: which ones a sweep needs, and which of them are there.
enum ModelFiles {
  /// The inventory of a path; nothing is missing where what is there is wrong, which shows when it is read.
  static func inventory(path: String) -> ModelInventory {
    do throws(CheckpointError) {
      let location = try ModelLocation.resolve(path)
      let tokenizers = ["tokenizer.json", "tokenizer.model"].map { "\(location.path)/\($0)" }
      let hasTokenizer = location.format == .gguf || tokenizers.contains(where: Self.exists)
      return ModelInventory(
        missing: hasTokenizer ? [] : ["\(tokenizers[0]) (or tokenizer.model)"],
        missingWeights: location.missingWeightFiles,
        weightByteCount: location.weightFiles.compactMap(Self.size).reduce(0, +))
    } catch {
      if case .notFound(_, let lookedFor, _) = error {
        let isFile = path.lowercased().hasSuffix(".gguf") || Self.exists(path)
        return ModelInventory(missing: isFile ? lookedFor : Self.ofFolder(path))
      }
      return ModelInventory()
    }
  }

  /// What a folder that is not there should hold.
  private static func ofFolder(_ path: String) -> [String] {
    [
      "\(path)/config.json", "\(path)/tokenizer.json (or tokenizer.model)", "\(path).gguf (in place of the folder)",
    ]
  }

  private static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

  private static func size(_ path: String) -> Int? {
    // Files of a download cache are often symbolic links.
    let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: target) else { return nil }
    return (attributes[.size] as? NSNumber)?.intValue
  }
}
