import Checkpoints
import Foundation
import TestSupport
import Testing

/// What a path stands for: by content, under every name.
@Suite struct ModelLocationTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func failure(_ path: String) -> CheckpointError? {
    do throws(CheckpointError) {
      _ = try ModelLocation.resolve(path)
      return nil
    } catch {
      return error
    }
  }

  @Test(
    "a GGUF file under any name, and its folder",
    arguments: ["sha256-6f85a640a97cf2bf", "TINY.GGUF", "tiny.gguf.part1", "model", "weights.safetensors", "a b.bin"])
  func anyName(name: String) throws {
    let path = try folder.write(TinyLlama.gguf().encoded(), to: name)
    try folder.write("# a model", to: "README.md")
    try folder.write([0, 5, 22, 7], to: "._\(name)")
    for given in [path, folder.path, folder.path + "//"] {
      let location = try ModelLocation.resolve(given)
      #expect(location.format == .gguf)
      #expect(location.path == path)
      #expect(location.weightFiles == [path])
      #expect(location.missingWeightFiles.isEmpty)
      #expect(try Checkpoint.open(given).tensors.count == TinyLlama.tensors.count)
    }
  }

  @Test("a projector of images beside a model is passed over")
  func projector() throws {
    let path = try folder.write(TinyLlama.gguf().encoded(), to: "model.gguf")
    var projector = GGUFFile()
    projector.set("general.architecture", "clip")
    try folder.write(projector.encoded(), to: "mmproj.gguf")
    #expect(try ModelLocation.resolve(folder.path).path == path)
  }

  @Test("a folder in Hugging Face's layout: one file of any name, an index of any name, or what is missing")
  func huggingFace() throws {
    try TinyLlama.writeHuggingFace(to: folder)
    let single = "\(folder.path)/model.safetensors"
    #expect(try ModelLocation.resolve(folder.path).weightFiles == [single])
    // A GGUF file beside safetensors files does not matter.
    try folder.write(TinyLlama.gguf().encoded(), to: "model.gguf")
    #expect(try ModelLocation.resolve(folder.path).format == .huggingFace)
    try folder.remove("model.gguf")
    try FileManager.default.moveItem(atPath: single, toPath: "\(folder.path)/weights.safetensors")
    #expect(try ModelLocation.resolve(folder.path).weightFiles == ["\(folder.path)/weights.safetensors"])
    #expect(try Checkpoint.open(folder.path).tensors.count == TinyLlama.tensors.count)
    let map = TinyLlama.tensors.map { "\"\($0.stored)\": \"weights.safetensors\"" }.joined(separator: ",")
    try folder.write("{\"weight_map\": {\(map), \"x\": \"other.safetensors\"}}", to: "fp32.safetensors.index.json")
    let location = try ModelLocation.resolve(folder.path)
    #expect(location.weightFiles == ["\(folder.path)/weights.safetensors"])
    #expect(location.missingWeightFiles == ["\(folder.path)/other.safetensors"])
    try folder.remove("fp32.safetensors.index.json")
    try folder.remove("weights.safetensors")
    let bare = try ModelLocation.resolve(folder.path)
    #expect(bare.format == .huggingFace && bare.weightFiles.isEmpty && bare.missingWeightFiles.count == 1)
    try folder.write("{}", to: "adapter_config.json")
    guard case .unsupported(_, "kind of model", "an adapter", _) = failure(folder.path) else {
      Issue.record("\(String(describing: failure(folder.path)))")
      return
    }
  }

  @Test(
    "what is no model is named",
    arguments: [
      ("{\"a\": 1}", "JSON text"), ("version https://git-lfs.github.com/spec/v1\noid", "Git LFS"),
      ("<!DOCTYPE html>", "a web page"), ("PK\u{3}\u{4}archive", "PyTorch"), ("plain words", "begins with bytes"),
    ])
  func otherKinds(text: String, word: String) throws {
    let path = try folder.write(text, to: "model.gguf")
    guard case .unsupported(path, "kind of file", let found, _) = failure(path) else {
      Issue.record("\(String(describing: failure(path)))")
      return
    }
    #expect(found.contains(word))
  }

  @Test("a safetensors file by itself is a part of a model")
  func safetensorsFile() throws {
    try TinyLlama.writeHuggingFace(to: folder)
    guard case .unsupported(_, _, let found, _) = failure("\(folder.path)/model.safetensors") else {
      Issue.record("accepted")
      return
    }
    #expect(found.contains("safetensors"))
  }

  // MARK: Split files

  /// Writes a model in two parts, the metadata in the first; returns their paths.
  private func writeParts(_ change: (inout [GGUFFile]) -> Void = { _ in }) throws -> [String] {
    var parts = [GGUFFile(), GGUFFile()]
    parts[0].values = TinyLlama.gguf().values
    for (index, tensor) in TinyLlama.tensors.enumerated() {
      parts[index < 3 ? 0 : 1].addTensor(tensor.name, tensor.shape)
    }
    for index in 0..<2 {
      parts[index].set("split.no", 2) { $0.add(UInt16(index)) }
      parts[index].set("split.count", 2) { $0.add(UInt16(2)) }
      parts[index].set("split.tensors.count", 5) { $0.add(Int32(TinyLlama.tensors.count)) }
    }
    change(&parts)
    return try (0..<2).map { try folder.write(parts[$0].encoded(), to: "m-0000\($0 + 1)-of-00002.gguf") }
  }

  @Test("a split model by any part or its folder is the model")
  func split() throws {
    let paths = try writeParts()
    let other = try TemporaryFolder()
    let whole = try Checkpoint.open(other.write(TinyLlama.gguf().encoded(), to: "whole.gguf"))
    for given in paths + [folder.path] {
      let location = try ModelLocation.resolve(given)
      #expect(location.path == paths[0])
      #expect(location.weightFiles == paths)
      let checkpoint = try Checkpoint.open(given)
      #expect(checkpoint.hyperparameters == whole.hyperparameters)
      #expect(checkpoint.tensors.mapValues(\.shape) == whole.tensors.mapValues(\.shape))
      #expect(checkpoint.tensors["blk.0.ffn_up.weight"]?.file.path == paths[1])
      #expect(checkpoint.files.map(\.path) == paths)
    }
  }

  @Test("a missing part, a renamed one and parts that do not belong together are errors that say so")
  func damagedSplit() throws {
    let paths = try writeParts()
    try folder.remove("m-00002-of-00002.gguf")
    #expect(try ModelLocation.resolve(paths[0]).missingWeightFiles == [paths[1]])
    #expect(throws: CheckpointError.notFound(path: paths[0], lookedFor: [paths[1]], present: [paths[0]])) {
      try Checkpoint.open(paths[0])
    }
    _ = try writeParts()
    try folder.remove("m-00001-of-00002.gguf")
    #expect(
      failure(paths[1]) == .notFound(path: folder.path, lookedFor: [paths[0]], present: ["m-00002-of-00002.gguf"]))
    try FileManager.default.moveItem(atPath: paths[1], toPath: "\(folder.path)/second.gguf")
    guard
      case .unsupported(_, "name of part 2 of 2 of a split model", "second.gguf", _) =
        failure("\(folder.path)/second.gguf")
    else {
      Issue.record("\(String(describing: failure("\(folder.path)/second.gguf")))")
      return
    }
    try folder.remove("second.gguf")
    _ = try writeParts { $0[1].set("split.no", 2) { $0.add(UInt16(0)) } }
    #expect(throws: CheckpointError.self) { try Checkpoint.open(paths[0]) }
    _ = try writeParts { $0[0].set("split.tensors.count", 5) { $0.add(Int32(4)) } }
    #expect(throws: CheckpointError.self) { try Checkpoint.open(paths[0]) }
    _ = try writeParts { $0[1].addTensor("output.weight", [6, 8]) }
    #expect(throws: CheckpointError.duplicate(file: paths[1], name: "output.weight")) { try Checkpoint.open(paths[0]) }
    for (number, count) in [(7, 2), (0, 65_535)] as [(UInt16, UInt16)] {
      _ = try writeParts { parts in
        parts[0].set("split.no", 2) { $0.add(number) }
        parts[0].set("split.count", 2) { $0.add(count) }
      }
      #expect(failure(paths[0]) != nil)
    }
  }
}
