import JSON

/// `model.safetensors.index.json`: which shard holds which tensor.
struct ShardIndex: Sendable {
  let path: String
  /// The shard's file name by tensor name.
  let shards: [String: String]

  static let fileName = "model.safetensors.index.json"

  init(path: String) throws(CheckpointError) {
    self.path = path
    guard let map = try JSONObject.read(path).object("weight_map") else {
      throw .missingField(file: path, field: "weight_map")
    }
    var shards: [String: String] = [:]
    for name in map.values.keys.sorted() {
      guard let shard = try map.text(name), !shard.isEmpty, !shard.contains("/"), shard != ".." else {
        throw map.mismatch(name, "the name of a file in the same folder", map.values[name] ?? .null)
      }
      shards[name] = shard
    }
    guard !shards.isEmpty else {
      throw .invalid(file: path, field: "'weight_map'", expected: "at least one tensor", found: "none")
    }
    self.shards = shards
  }

  /// The names of the shards, each once, in order.
  var fileNames: [String] { Set(shards.values).sorted() }
}
