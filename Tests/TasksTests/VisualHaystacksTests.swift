import Evaluation
import Foundation
import Testing
import Tokenizers

@testable import Tasks

@Suite struct VisualHaystacksTests {
  private func task(_ more: [String: Value] = [:]) throws -> VisualHaystacks {
    let folder = datasets + "/visual-haystacks"
    let standard: [String: Value] = [
      "path": .text(folder), "images": .text(folder + "/images"),
      "counts": .list([.text("oracle"), .text("2"), .text("3")]),
    ]
    return try VisualHaystacks(settings: TaskSettings(standard.merging(more) { $1 }))
  }

  private func context(seed: UInt64 = 1) throws -> SampleContext {
    SampleContext(
      tokenizer: try byteTokenizer(), contextWindow: 4096, chat: SampleContext.serverChat, seed: seed)
  }

  private func samples(_ task: VisualHaystacks, seed: UInt64 = 1) throws -> [[Sample]] {
    try task.cells.map { try task.samples(of: $0, in: context(seed: seed)) }
  }

  @Test("each cell shows as many pictures as it says, the needle's among them, in an order of the seed")
  func pictures() throws {
    let task = try task()
    #expect(task.cells.map { $0["images"]?.spelling } == ["oracle", "2", "3"])
    let made = try samples(task)
    #expect(made.map(\.count) == [4, 4, 4])
    for (count, cell) in zip([1, 2, 3], made) {
      for sample in cell {
        let pictures = try #require(sample.conversation?.pictures)
        #expect(pictures.count == count && Set(pictures.map(\.sha256)).count == count)
        #expect(pictures.allSatisfy { $0.mediaType == "image/png" && $0.sha256.count == 64 })
        guard case .list(let places)? = sample.fact("needle_positions"), let place = places.first?.asInteger,
          case .text(let needle)? = sample.fact("needle")
        else { return #expect(Bool(false), "no place of a needle") }
        #expect(pictures[place].path.contains(needle))
      }
    }
    #expect(made[0][0].expected == ["yes"] && made[0][1].expected == ["no"])
    #expect(try samples(task)[2].map { $0.conversation?.pictures } == made[2].map { $0.conversation?.pictures })
    #expect(
      try samples(task, seed: 2)[2].map { $0.conversation?.pictures } != made[2].map { $0.conversation?.pictures })
  }

  @Test("places of the needle are a coordinate, and several needles have none")
  func positions() throws {
    let task = try task(["order": .text("positions"), "counts": .list([.text("3")])])
    #expect(task.cells.map { $0["position"]?.asInteger } == [0, 1, 2])
    for (place, cell) in try samples(task).enumerated() {
      #expect(cell.allSatisfy { $0.fact("needle_positions") == .list([.integer(place)]) })
    }
    #expect(throws: TaskError.self) { try self.task(["order": .text("positions"), "needles": .text("multi")]) }
    let multi = try self.task(["needles": .text("multi"), "counts": .list([.text("5")])])
    #expect(try samples(multi)[0].allSatisfy { $0.conversation?.pictures.count == 5 && $0.expected == ["no"] })
  }

  @Test("right is an answer among whose words the gold one is")
  func scores() throws {
    let task = try task()
    let sample = try #require(samples(task)[0].first)
    for (answer, score) in [("Yes.", 1.0), ("I say YES, it is", 1), ("yesterday", 0), ("No", 0), ("", 0)] {
      #expect(task.scores(of: sample.reference, outcome: generated(answer)).first?.value == score)
    }
  }

  @Test("pictures that are not there, or are none, are named")
  func damaged() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "pictures-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.createDirectory(at: folder.appending(path: "shapes"), withIntermediateDirectories: true)
    let task = try task(["images": .text(folder.path)])
    #expect { try samples(task) } throws: {
      "\($0)".contains("red-disc.png") && "\($0)".contains("should be a picture")
    }
    try Data("GIF89a".utf8).write(to: folder.appending(path: "shapes/red-disc.png"))
    #expect { try samples(task) } throws: { "\($0)".contains("neither a JPEG nor a PNG") }
    #expect(throws: TaskError.self) { try self.task(["counts": .list([.text("1")])]) }
    #expect { try self.task(["counts": .list([.text("7")])]) } throws: { "\($0)".contains("visual_haystack_7.json") }
  }

  @Test("an import looks at the pictures that are given: missing ones, others' and halves of files are named")
  func importing() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "haystacks-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let benchmark = try #require(VisualHaystacks.benchmark)
    let official = datasets + "/visual-haystacks"
    let questions = ["single_needle", "multi_needle"].map { "\(official)/\($0)" }
    func run(_ more: [String], accepts: Bool = false) throws -> DataImport.Result {
      let data = DataFolder(path: folder.path + "/data-\(UUID().uuidString)")
      return try DataImport(benchmark, into: data, program: "test", acceptsDifferent: accepts).run(questions + more)
    }
    let bare = try #require(try run([]).pictures)
    #expect(bare.named > 8 && bare.sound == 0 && bare.problems.isEmpty)
    let whole = try #require(try run([official + "/images"]).pictures)
    #expect(whole.sound == bare.named && whole.problems.isEmpty)
    // A copy with one missing, one of another kind, one cut short, one empty.
    let images = folder.path + "/images/shapes"
    try FileManager.default.createDirectory(atPath: images, withIntermediateDirectories: true)
    for name in try FileManager.default.contentsOfDirectory(atPath: official + "/images/shapes") {
      let bytes = try Data(contentsOf: URL(fileURLWithPath: "\(official)/images/shapes/\(name)"))
      let copy: Data? =
        switch name {
        case "red-disc.png": nil
        case "blue-disc.png": Data("GIF89a is no picture here".utf8)
        case "blue-square.png": bytes.prefix(bytes.count - 12)
        case "green-disc.png": Data()
        default: bytes
        }
      try copy?.write(to: URL(fileURLWithPath: "\(images)/\(name)"))
    }
    #expect { try run([folder.path + "/images"]) } throws: {
      "\($0)".contains("shapes/blue-disc.png: it is neither") && "\($0)".contains("(and 3 more)")
    }
    let found = try #require(try run([folder.path + "/images"], accepts: true).pictures)
    #expect(found.sound == bare.named - 4 && found.problems.count == 4)
    for (name, reason) in [
      ("red-disc", "not there"), ("blue-square", "without its end"), ("green-disc", "empty"),
    ] {
      #expect(found.problems.contains { $0.hasPrefix("shapes/\(name).png") && $0.contains(reason) }, "\(name)")
    }
  }
}
