import Digest
import Foundation
import JSON
import TestSupport
import Testing

@testable import Tasks

/// RULER's generators draw by draw.
///
/// The hashes are those of the official programs with this project's wording (variable
/// tracking, frequent words), and of an independent port that gives the official programs' hashes on their own data
/// (common words, questions), here on this project's words and documents.
@Suite struct RulerGeneratorTests {
  /// Stands for a tokenizer.
  enum Rule: String {
    case words, chars4

    func count(_ text: String) -> Int {
      switch self {
      case .words: text.split(whereSeparator: \.isWhitespace).count
      case .chars4: (text.unicodeScalars.count + 3) / 4
      }
    }

    var counter: RulerCounter {
      RulerCounter(bare: { count($0) }, prompt: { (text) throws(TaskError) in count(text.whole) })
    }
  }

  struct Case: Sendable {
    let rule: Rule
    let length: Int
    let seed: Int
    let index: Int
    let tokens: Int
    let hash: String

    init(_ rule: Rule, _ length: Int, _ seed: Int, _ index: Int, _ tokens: Int, _ hash: String) {
      (self.rule, self.length, self.seed, self.index) = (rule, length, seed, index)
      (self.tokens, self.hash) = (tokens, hash)
    }
  }

  private func template(
    _ kind: RulerTemplates.Kind, of wording: RulerTemplates = .own
  ) throws -> RulerTemplate {
    try #require(wording.templates[kind])
  }

  private func expect(_ draws: [RulerDraw], _ wanted: Case) throws {
    let drawn = try #require(draws.last)
    #expect(draws.count == wanted.index + 1)
    #expect(drawn.tokenCount == wanted.tokens)
    #expect(SHA256.hexadecimal(of: drawn.text.whole).hasPrefix(wanted.hash))
  }

  private func tracking(
    _ wanted: Case, chains: Int = 1, hops: Int = 4, wording: RulerTemplates = .own
  ) throws(TaskError) -> [RulerDraw] {
    guard let template = wording.templates[.variableTracking] else { return [] }
    var generator = try RulerVariableTracking(
      template, noise: wording.noise, length: wanted.length, seed: wanted.seed, chains: chains, hops: hops,
      wanted.rule.counter)
    return try generator.samples(wanted.index + 1, length: wanted.length, wanted.rule.counter)
  }

  @Test(
    "variable tracking is the official one",
    arguments: [
      Case(.words, 2048, 42, 0, 2033, "44b4f65102f8f340"),
      Case(.words, 2048, 42, 1, 2033, "6d06e5c989546c53"),
      Case(.words, 2048, 42, 2, 2033, "45fb5b5f0a1bee66"),
      Case(.chars4, 4096, 42, 0, 4080, "eb6ca4b330b62dc6"),
      Case(.chars4, 4096, 42, 1, 4080, "cc4825a9b44b26ae"),
      Case(.chars4, 4096, 42, 2, 4080, "a4936a90c1c40270"),
      Case(.words, 2048, 7, 0, 2033, "393ab3c339bae73b"),
      Case(.words, 2048, 7, 1, 2033, "aa6939ed4d3ec959"),
      Case(.words, 2048, 7, 2, 2033, "98de539496da678f"),
      Case(.chars4, 4096, 7, 0, 4080, "214ae3f603c07587"),
      Case(.chars4, 4096, 7, 1, 4080, "cfb9d95ef6577a6e"),
      Case(.chars4, 4096, 7, 2, 4080, "1be004a9b8aa031d"),
    ])
  func variableTracking(_ wanted: Case) throws { try expect(tracking(wanted), wanted) }

  @Test(
    "two chains of two hops are the official ones",
    arguments: [
      Case(.chars4, 4096, 42, 0, 4087, "4654d6dbb1d7c179"),
      Case(.chars4, 4096, 42, 1, 4087, "9bb0106a2b85987b"),
    ])
  func chains(_ wanted: Case) throws { try expect(tracking(wanted, chains: 2, hops: 2), wanted) }

  @Test(
    "frequent words are the official ones",
    arguments: [
      (Case(.words, 2048, 42, 0, 2034, "0369f3044dbbf421"), 2.0),
      (Case(.words, 2048, 42, 1, 2034, "10f322339277d2b2"), 2.0),
      (Case(.chars4, 4096, 42, 0, 3951, "f83811165a06179c"), 2.0),
      (Case(.chars4, 4096, 42, 1, 3951, "89c67b1f586fbcf1"), 2.0),
      (Case(.chars4, 4096, 42, 2, 3951, "201bf66160cf71ba"), 2.0),
      (Case(.chars4, 8192, 42, 0, 7935, "a960c190a3df56b1"), 2.0),
      (Case(.words, 2048, 7, 0, 2034, "00a8b8c51bcb46cd"), 2.0),
      (Case(.words, 2048, 7, 1, 2034, "442667c06ec97dd1"), 2.0),
      (Case(.chars4, 4096, 7, 0, 3951, "9d1bc4aa7b84fa8c"), 2.0),
      (Case(.chars4, 4096, 7, 1, 3951, "dd41b760955b7cf3"), 2.0),
      (Case(.chars4, 4096, 7, 2, 3951, "62d0157ff74f1410"), 2.0),
      (Case(.chars4, 8192, 7, 0, 7935, "330f6531871fba31"), 2.0),
      (Case(.chars4, 4096, 42, 0, 4085, "33dd9ebcc90d4837"), 3.5),
      (Case(.chars4, 4096, 42, 1, 4085, "a9ac2300b923306a"), 3.5),
    ])
  func frequentWords(_ wanted: Case, alpha: Double) throws {
    var generator = RulerFrequentWords(try template(.frequentWords), seed: wanted.seed, alpha: alpha)
    let draws = try generator.samples(wanted.index + 1, length: wanted.length, wanted.rule.counter)
    try expect(draws, wanted)
    #expect(draws[0].answers.allSatisfy { $0.count == 6 })
  }

  @Test(
    "common words are drawn as officially",
    arguments: [
      Case(.words, 2048, 42, 0, 2048, "5af59049a09fcbc5"), Case(.words, 2048, 42, 1, 2048, "71d296ab16e4f5b4"),
      Case(.chars4, 4096, 42, 0, 4020, "3b9336a2757b2437"), Case(.chars4, 4096, 42, 1, 3995, "0df4c6bb0892fc4e"),
      Case(.chars4, 8192, 7, 1, 8048, "15bab658c69aa97a"),
    ])
  func commonWords(_ wanted: Case) throws {
    var generator = RulerCommonWords(
      try template(.commonWords), RulerFiles.ownWords, length: wanted.length, seed: wanted.seed)
    try expect(generator.samples(wanted.index + 1, length: wanted.length, wanted.rule.counter), wanted)
  }

  private static func collection(_ name: String) throws -> RulerQACollection {
    let bytes = try #require(FileManager.default.contents(atPath: datasets + "/ruler/\(name)"))
    let value = try #require(JSONValue(bytes: [UInt8](bytes)))
    return try #require(name == "squad.json" ? RulerQACollection(squad: value) : RulerQACollection(hotpot: value))
  }

  @Test(
    "questions and documents are drawn as officially",
    arguments: [
      (Case(.words, 1024, 42, 0, 529, "93143f922b9784c2"), "squad.json", 0),
      (Case(.words, 1024, 42, 1, 1019, "bee3f4c0d338aaef"), "squad.json", 0),
      (Case(.chars4, 4096, 7, 1, 4063, "0c6043ca190709ba"), "squad.json", 3),
      (Case(.words, 2048, 42, 1, 1981, "9210294537597034"), "hotpotqa.json", 0),
      (Case(.chars4, 8192, 42, 1, 8121, "4b2c51dc52570beb"), "hotpotqa.json", 2),
    ])
  func questions(_ wanted: Case, file: String, first: Int) throws {
    let collection = try Self.collection(file)
    var generator = RulerQA(try template(.questions), collection, seed: wanted.seed, first: first)
    try expect(generator.samples(wanted.index + 1, length: wanted.length, wanted.rule.counter), wanted)
  }

  @Test("corrected samples have different names, and the gold document at different places")
  func corrected() throws {
    let counter = Rule.words.counter
    var tracking = try RulerVariableTracking(
      try template(.variableTracking), noise: RulerTemplates.own.noise, length: 1024, seed: 3, isCorrected: true,
      counter)
    let draws = try tracking.samples(20, length: 1024, counter)
    #expect(draws.allSatisfy { Set($0.answers).count == 5 && $0.tokenCount <= 1024 })
    var official = RulerQA(try template(.questions), try Self.collection("squad.json"), seed: 42)
    let fixed = try official.samples(6, length: 1024, counter).filter { $0.size == 20 }
    #expect(fixed.count > 1 && Set(fixed.map(\.goldPlace)).count == 1)
    var other = RulerQA(try template(.questions), try Self.collection("squad.json"), seed: 42, isCorrected: true)
    #expect(Set(try other.samples(6, length: 1024, counter).map(\.goldPlace)).count > 2)
  }

  @Test("lengths in which nothing fits are an error, where the official programs never end")
  func tooShort() throws {
    let counter = Rule.words.counter
    var words = RulerCommonWords(try template(.commonWords), RulerFiles.ownWords, length: 300, seed: 1)
    #expect(throws: TaskError.self) { try words.samples(1, length: 300, counter) }
    var frequent = RulerFrequentWords(try template(.frequentWords), seed: 1)
    #expect(throws: TaskError.self) { try frequent.samples(1, length: 100, counter) }
    var questions = RulerQA(try template(.questions), try Self.collection("squad.json"), seed: 1)
    #expect(throws: TaskError.self) { try questions.samples(1, length: 60, counter) }
    #expect(throws: TaskError.self) { try questions.samples(200, length: 4096, counter) }
  }

  @Test("zeta is the function's value to the last digits")
  func zeta() {
    #expect(abs(RiemannZeta.value(2) - 1.6449340668482264) < 5e-16)
    #expect(abs(RiemannZeta.value(3.5) - 1.1267338673170566) < 5e-16)
  }

  // MARK: The oracle

  /// A folder with the official programs' output; the checks against it run where the environment names it.
  private static let oracle = OracleFolder.path

  private static func rows(_ name: String) throws -> [JSONValue] {
    try OracleFolder.lines(name).compactMap { JSONValue(bytes: $0) }
  }

  /// RULER's checkout, whose sentences the other half of the rows has.
  private static let checkout = ProcessInfo.processInfo.environment["SE_EVAL_RULER"]

  @Test(
    "all rows of the official generators in the project's wording are equal",
    .enabled(if: oracle != nil, "SE_EVAL_ORACLE names no folder of official outputs"))
  func officialDraws() throws {
    try compare(["ruler_gen_own_public.jsonl", "ruler_qa_own_public.jsonl"], .own)
  }

  @Test(
    "all rows of the official generators in a checkout's wording are equal",
    .enabled(if: oracle != nil && checkout != nil, "SE_EVAL_ORACLE and SE_EVAL_RULER name no folders"))
  func officialTexts() throws {
    let wording = try #require(try RulerTemplates.read(Self.checkout ?? ""))
    try compare(["ruler_gen_public.jsonl", "ruler_qa_public.jsonl"], wording)
  }

  private func compare(_ files: [String], _ wording: RulerTemplates) throws {
    var made: [String: [RulerDraw]] = [:]
    for row in try files.flatMap({ try Self.rows($0) }) {
      let task = try #require(row["task"]?.text)
      let rule = try #require(row["count_rule"]?.text.flatMap { Rule(rawValue: $0) })
      let length = Int(try #require(row["max_seq_length"]?.number))
      let seed = Int(try #require(row["seed"]?.number))
      let index = Int(try #require(row["index"]?.number))
      let words = (row["args"]?.text ?? "").split(separator: " ").map(String.init)
      let first = Int(row["pre_samples"]?.number ?? 0)
      let data = row["dataset"]?.text ?? ""
      let key = "\(task) \(rule) \(length) \(seed) \(words) \(first) \(data)"
      let count = 9
      if made[key] == nil {
        switch task {
        case "vt":
          made[key] = try tracking(
            Case(rule, length, seed, 3, 0, ""), chains: Int(words[3]) ?? 1, hops: Int(words[5]) ?? 4,
            wording: wording)
        case "fwe":
          var generator = RulerFrequentWords(
            try template(.frequentWords, of: wording), seed: seed, alpha: Double(words[1]) ?? 2)
          made[key] = try generator.samples(3, length: length, rule.counter)
        case "cwe":
          // The package's lists are not ours to keep: a folder is named where they are.
          guard let lists = ProcessInfo.processInfo.environment["SE_EVAL_WONDERWORDS"] else { continue }
          let vocabulary = RulerCommonWords.Vocabulary(
            words: try RulerFiles.words(lists).words, more: (0..<20_000).map { "zz\($0)" })
          var generator = RulerCommonWords(
            try template(.commonWords, of: wording), vocabulary, length: length, seed: seed)
          made[key] = try generator.samples(3, length: length, rule.counter)
        default:
          let name = data == "squad" ? "ruler_qa_squad_public.json" : "ruler_qa_hotpot_public.json"
          let bytes = try #require(FileManager.default.contents(atPath: "\(Self.oracle ?? "")/\(name)"))
          let value = try #require(JSONValue(bytes: [UInt8](bytes)))
          let read = data == "squad" ? RulerQACollection(squad: value) : RulerQACollection(hotpot: value)
          var generator = RulerQA(try template(.questions, of: wording), try #require(read), seed: seed, first: first)
          made[key] = try generator.samples(count, length: length, rule.counter)
        }
      }
      let drawn = try #require(made[key])[index]
      #expect(SHA256.hexadecimal(of: drawn.text.whole) == row["sha256"]?.text, "\(key) \(index)")
      #expect(SHA256.hexadecimal(of: drawn.text.input) == row["input_sha256"]?.text, "\(key) \(index)")
      #expect(drawn.answers == row["outputs"]?.texts)
      #expect(drawn.tokenCount == row["length"]?.number.map { Int($0) })
    }
  }
}
