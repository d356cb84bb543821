import Evaluation
import Foundation
import Testing

@testable import Tasks

@Suite struct RulerTests {
  private func task(_ more: [String: Value] = [:]) throws -> RulerNIAH {
    try RulerNIAH(
      settings: TaskSettings(
        [
          "lengths": .list([.integer(1500)]), "trials": .integer(3), "max-new-tokens": .integer(64),
          "variants": .list(RulerVariant.known.map { .text($0.name) }),
        ].merging(more) { $1 }))
  }

  @Test("every variant hides its needles, asks for its queries and fits its length from below")
  func variants() throws {
    let task = try task(["path": .text(datasets + "/needle/essays")])
    let context = try byteContext()
    #expect(task.cells.count == 8)
    for (cell, variant) in zip(task.cells, RulerVariant.known) {
      let samples = try task.samples(of: cell, in: context)
      #expect(samples.count == 3 && Set(samples.map(\.expected)).count == 3)
      for sample in samples {
        #expect(sample.expected.count == variant.queries * variant.values)
        for value in sample.expected { #expect(sample.text.contains(" is this one: \(value).")) }
        let count = sample.request.tokens.count
        // A line or a sentence more would not fit; the longest is a needle of two UUIDs.
        #expect(count + 64 <= 1500 && count + 64 > 1500 - 160, "\(sample.id): \(count)")
        let isOne = sample.expected.count == 1
        #expect(sample.text.hasSuffix(isOne ? "in the text above is" : "in the text above are"))
        if variant.text == .noise { #expect(sample.text.components(separatedBy: "secret numbers of").count == 2) }
      }
    }
  }

  @Test("one query names its key, several are joined as RULER joins them")
  func question() throws {
    let several = RulerPrompt(RulerVariant.known[7], .own, SeededRandom(1, "x"))
    let keys = several.query.replacing(", and ", with: ", ").components(separatedBy: ", ")
    #expect(keys.count == 4 && Set(keys).count == 4 && several.query.contains(", and "))
    let one = RulerPrompt(RulerVariant.known[0], .own, SeededRandom(1, "x"))
    #expect(one.query.contains("-") && !one.query.contains(" "))
    #expect(one.answers[0].count == 7 && Int(one.answers[0]) != nil)
    let uuid = RulerPrompt(RulerVariant.known[5], .own, SeededRandom(1, "x")).answers[0]
    #expect(UUID(uuidString: uuid) != nil && uuid == uuid.lowercased())
    #expect(Array(uuid)[14] == "4" && "89ab".contains(Array(uuid)[19]))
  }

  @Test("keys of words are as many as RULER's, and two of them hardly ever share a word")
  func words() {
    #expect(RulerWords.count >= 6_000_000)
    var random = SeededRandom(3, "words")
    let keys = (0..<2000).map { _ in RulerWords.random(&random) }
    #expect(keys.allSatisfy { $0.split(separator: "-").count == 2 })
    #expect(Set(keys).count >= 1998)
    let pairs = zip(keys, keys.dropFirst()).map { (Set($0.split(separator: "-")), Set($1.split(separator: "-"))) }
    // One in 1,024 shares the adjective, one in 6,144 the noun; of 62 words each it would be one in 31.
    #expect(pairs.count { !$0.isDisjoint(with: $1) } < 12)
  }

  @Test("distractors never bear an asked-for key")
  func distractors() {
    for seed in 0..<20 as Range<UInt64> {
      let prompt = RulerPrompt(RulerVariant.known[4], .own, SeededRandom(seed, "d"))
      let text = prompt.rendered(amount: 400, words: []).message
      #expect(text.components(separatedBy: "of \(prompt.query) is this one").count == 2)
    }
  }

  @Test("a variant of one's own, and what cannot be")
  func own() throws {
    func made(_ more: [String: Value]) throws -> RulerNIAH {
      try RulerNIAH(settings: TaskSettings(["lengths": .list([.integer(1500)])].merging(more) { $1 }))
    }
    let own = try made(["haystack": .text("needle"), "keys": .integer(2), "values": .integer(3)])
    #expect(own.cells[0].coordinates[0].value == .text("needle-word-number-2-3-1"))
    let sample = try #require(try own.samples(of: own.cells[0], in: byteContext()).first)
    #expect(sample.expected.count == 3)
    #expect(throws: TaskError.self) { try made(["keys": .integer(21), "values": .integer(2)]) }
    #expect(throws: TaskError.self) { try made(["variants": .list([.text("single-4")])]) }
    #expect(throws: TaskError.self) { try made(["variants": .text("single-1"), "keys": .integer(2)]) }
    #expect(throws: TaskError.self) { try made(["path": .text(datasets + "/needle/essays")]) }
    let short = try made(["lengths": .list([.integer(150)])])
    #expect(throws: TaskError.self) { try short.samples(of: short.cells[0], in: byteContext()) }
  }

  @Test("in a chat the answer's beginning stands behind the markers")
  func chat() throws {
    let task = try task(["variants": .list([.text("single-1")])])
    let sample = try #require(try task.samples(of: task.cells[0], in: byteContext(chat: "llama-2")).first)
    #expect(sample.text.contains("[/INST] The secret number of"))
    #expect(sample.request.tokens.count + 64 <= 1500 && sample.request.tokens.count { $0 == 256 } == 1)
  }

  @Test("the largest fit is exact whatever the first guess")
  func largestFit() throws {
    for guess in [nil, 0, 3, 17, 18, 40] {
      #expect(try LargestFit.count("", length: 100, bare: 10, probe: 4, guess: guess) { 10 + 5 * $0 } == 18)
    }
    #expect(try LargestFit.count("", length: 100, bare: 10, probe: 4, most: 7) { 10 + 5 * $0 } == 7)
    #expect(try LargestFit.count("", length: 12, bare: 10, probe: 4) { 10 + 5 * $0 } == 0)
    #expect(throws: TaskError.self) { try LargestFit.count("", length: 100, bare: 10, probe: 4) { 10 + $0 / 20 } }
    #expect(throws: TaskError.self) { try LargestFit.count("", length: 100, bare: 10, probe: 4, guess: 3) { _ in 10 } }
  }
}
