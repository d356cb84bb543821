import Checkpoints
import Testing

@Suite struct CheckpointErrorTests {
  static let errors: [(CheckpointError, words: [String])] = [
    (.cannotRead(file: "f", reason: "Permission denied"), ["f:", "Permission denied", "Check"]),
    (.notFound(path: "p", lookedFor: ["p"], present: []), ["p:", "no such file", "Check"]),
    (
      .notFound(path: "p", lookedFor: ["p/config.json", "p/*.gguf"], present: ["a.txt"]),
      ["p:", "p/config.json, p/*.gguf", "a.txt", "Give"]
    ),
    (
      .truncated(file: "f", field: "magic", offset: 3, needed: 4, available: 1),
      ["f:", "magic", "4 bytes", "offset 3", "1 ", "fetch it again"]
    ),
    (.invalid(file: "f", field: "x", expected: "one", found: "two"), ["f:", "x is two", "expected one", "again"]),
    (.missingField(file: "f", field: "x"), ["f:", "'x'", "missing"]),
    (
      .unsupported(file: "f", field: "architecture", found: "rwkv", supported: ["llama", "phi"]),
      ["f:", "architecture", "'rwkv'", "Supported: llama, phi."]
    ),
    (.duplicate(file: "f", name: "x"), ["f:", "'x'", "twice"]),
    (.missingTensor(file: "f", tensor: "t"), ["f:", "'t'", "missing", "fetch"]),
    (.unexpectedTensor(file: "f", tensor: "t", architecture: "phi"), ["f:", "'t'", "'phi'"]),
    (.wrongShape(file: "f", tensor: "t", expected: [1, 2], found: [2, 1]), ["f:", "'t'", "[1, 2]", "[2, 1]"]),
  ]

  @Test("an error says what, where and what to do", arguments: errors.indices)
  func wording(index: Int) {
    let (error, words) = Self.errors[index]
    for word in words { #expect(error.description.contains(word), "\(error.description)") }
    #expect(error.description.hasSuffix("."))
  }
}
