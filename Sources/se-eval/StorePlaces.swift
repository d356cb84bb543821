import Foundation
import Store
import Sweeps

/// Where stores lie when nobody says otherwise.
enum StorePlaces {
  /// The store of a configuration.
  static func whole(_ name: String) -> String { "Results/\(name).sqlite" }

  /// The folder of the stores of a configuration's shards.
  static func shards(_ name: String) -> String { "Results/\(name).shards" }

  /// The store of a shard that is written `I/N`.
  static func shard(_ text: String, of name: String) -> String {
    "\(shards(name))/shard-\(text.replacing("/", with: "-of-")).sqlite"
  }

  /// The configuration that an argument means; nil for a store or a folder.
  static func configuration(_ argument: String) throws -> Configuration? {
    guard argument.hasSuffix(".yaml") || argument.hasSuffix(".yml") else { return nil }
    return try Configuration.load(path: argument, taskTypes: Registry.tasks)
  }

  /// The stores that an argument means: those of a configuration's shards, else its own; a folder's; or itself.
  ///
  /// - Parameters:
  ///   - argument: the argument.
  ///   - configuration: what `configuration` gives for it.
  /// - Returns: their paths.
  /// - Throws: `FileError` where there is none.
  static func stores(_ argument: String, _ configuration: Configuration?) throws -> [String] {
    guard let name = configuration?.name else { return try ResultStore.storeFiles(argument) }
    let places = [shards(name), whole(name)].filter { FileManager.default.fileExists(atPath: $0) }
    guard let place = places.first else {
      throw FileError(
        path: whole(name),
        problem: "there is no such store, and no folder \(shards(name)): nothing has begun; run `se-eval sweep` first, "
          + "or wait for a job that was submitted")
    }
    return try ResultStore.storeFiles(place)
  }
}
