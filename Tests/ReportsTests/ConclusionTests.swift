import Evaluation
import Foundation
import Metrics
import Positions
import Store
import TestSupport
import Testing
import Text

@testable import Reports

/// A passkey table: per method and length how many of n samples are right.
private struct PasskeyStore {
  let synthetic: SyntheticStore
  let sections: [Section]

  // `waiting`: methods whose turn has not come; their cells are planned, and empty.
  // `planned`: the samples of a cell where these are more than n.
  init(
    _ numbers: [String: [(length: Int, right: Int)]], n: Int, of planned: Int? = nil, limit: Int? = nil,
    waiting: Set<String> = []
  ) throws {
    synthetic = try SyntheticStore(limit: limit)
    for (method, lengths) in numbers {
      for (length, right) in lengths {
        let cell = try synthetic.store.cell(
          SyntheticStore.record(
            "passkey", method, [("length", "\(length)")], metric: SyntheticStore.accuracy, count: planned ?? n))
        for index in 0..<(waiting.contains(method) ? 0 : n) {
          let score = Score(metric: "accuracy", value: index < right ? 1 : 0, unscored: nil)
          try synthetic.store.append(
            SyntheticStore.result("length=\(length)/\(index)", method, scores: [score], output: "x"), cell: cell,
            run: synthetic.run)
        }
      }
    }
    sections = Section.sections(of: try Evaluations(synthetic.store), .none)
  }

  var words: String { Conclusion(sections).sentences.joined(separator: "\n") }
}

@Suite struct ConclusionTests {
  private let grid: [String: [(length: Int, right: Int)]] = [
    "plain": [(1024, 25), (2048, 0), (8192, 0)], "self-extend:G=4,W=64": [(1024, 25), (2048, 25), (8192, 1)],
    "self-extend:G=16,W=64": [(1024, 25), (2048, 25), (8192, 25)],
    "self-extend:G=32,W=64": [(1024, 25), (2048, 24), (8192, 24)],
  ]

  @Test("where plain ends, the smallest setting that holds the longest length, and what nothing distinguishes from it")
  func verdict() throws {
    let words = try PasskeyStore(grid, n: 25).words
    #expect(
      words.contains(
        "`plain` ends at 1.0 L (1024 tokens), 100.0 % [86.3, 100.0]; at 2.0 L (2048 tokens) it is at 0.0 %"))
    #expect(words.contains("the smallest setting that holds 8.0 L (8192 tokens) is `G=16, W=64`"))
    #expect(words.contains("nothing distinguishes it from `G=32, W=64`"))
    #expect(words.contains("worse there: `G=4, W=64`"))
  }

  @Test("settings are named in rectangles, and the best number beside the smallest setting")
  func rectangles() throws {
    let right: [String: Int] = [
      "plain": 0, "self-extend:G=4,W=32": 0, "self-extend:G=4,W=64": 1, "self-extend:G=8,W=32": 22,
      "self-extend:G=8,W=64": 23, "self-extend:G=16,W=32": 25, "self-extend:G=16,W=64": 24,
      "self-extend:G=32,W=32": 23, "self-extend:G=32,W=64": 24, "yarn:factor=8": 25,
    ]
    let words = try PasskeyStore(right.mapValues { [(1024, 25), (8192, $0)] }, n: 25).words
    #expect(words.contains("the smallest setting that holds 8.0 L (8192 tokens) is `G=8, W=32`"))
    #expect(
      words.contains(
        "the best there is `G=16, W=32`, 100.0 % [86.3, 100.0], and no test tells it from `G=8, W=32 or 64`, "
          + "`G=16, W=64`, `G=32, W=32 or 64` and `yarn:factor=8`"))
    #expect(words.contains("worse there: `G=4, W=32 or 64`"))
    #expect(
      MethodText.list(["self-extend:G=16,W=8", "plain", "self-extend:G=4,W=8", "self-extend:G=8,W=8"])
        == "`plain` and `G=4, 8 or 16, W=8`")
    #expect(MethodText.list(["self-extend:G=4,W=8,offset=fractional"]) == "`G=4, W=8, offset=fractional`")
  }

  @Test("the matrix fits a terminal: headings below each other, groups and then columns broken, nothing lost")
  func narrow() throws {
    let lengths = [1024, 2048, 4096, 8192]
    let numbers = Dictionary(uniqueKeysWithValues: grid.keys.map { ($0, lengths.map { (length: $0, right: 3) }) })
    let table = try #require(MainMatrix.table(try PasskeyStore(numbers, n: 25).sections, id: "m")).withCountsInHeadings
    for width in [80, 40] {
      let text = PlainText.render(table, width: width)
      #expect(text.split(separator: "\n").allSatisfy { $0.count <= width }, "\(text)")
      #expect(lengths.allSatisfy { text.contains("\($0)") } && text.contains("8.0 L") && text.contains("n=25"))
    }
    let wide = PlainText.render(table, width: 80).split(separator: "\n").map(String.init)
    #expect(wide.contains("method                  n=25   n=25   n=25   n=25"))
    #expect(PlainText.render(table, width: 40).components(separatedBy: "passkey, accuracy (%)").count == 3)
  }

  @Test("what a limit left out is not missing: not in the matrix, not in the counts, not in the list of gaps")
  func limited() throws {
    let limited = try PasskeyStore(grid.mapValues { $0.map { ($0.length, min(2, $0.right)) } }, n: 2, of: 25, limit: 2)
    let matrix = try #require(MainMatrix.table(limited.sections, id: "m")).withCountsInHeadings
    #expect(matrix.columnNotes == ["n=2", "n=2", "n=2"])
    #expect(matrix.rows.allSatisfy { $0.cells.allSatisfy { !$0.isGap } })
    let folder = try TemporaryFolder()
    let writer = ReportWriter(store: limited.synthetic.store, name: "r")
    _ = try writer.write(to: folder.path, formats: [.markdown])
    let page = try String(contentsOfFile: folder.file("report.md"), encoding: .utf8)
    #expect(page.contains("samples **24 of 300** · limited to **2 a cell** · failed 0"))
    #expect(page.contains("every sample within that limit is stored and scored"))
    #expect(page.contains("24 of 300 samples, limited to 2 a cell: complete."))
    #expect(!page.contains("missing ⚠") && !page.contains("23 missing"))
    #expect(!(try Evaluations(limited.synthetic.store).isComplete))
  }

  @Test("a limited run says nothing of cells that it did not plan: what an earlier run left there is missing")
  func limitedElsewhere() throws {
    let synthetic = try SyntheticStore()
    let store = synthetic.store
    func fill(_ method: String, _ length: Int, _ run: RunID) throws {
      let cell = try store.cell(
        SyntheticStore.record(
          "passkey", method, [("length", "\(length)")], metric: SyntheticStore.accuracy, count: 25), run: run)
      let name = "length=\(length)/0"
      let score = Score(metric: "accuracy", value: 1, unscored: nil)
      try store.append(SyntheticStore.result(name, method, scores: [score], output: "x"), cell: cell, run: run)
    }
    try fill("plain", 512, synthetic.run)
    try fill("plain", 1024, synthetic.run)
    let latest = try #require(try store.latestRun()?.record)
    let limited = try store.beginRun(
      RunRecord(
        name: latest.name, configuration: latest.configuration, configurationHash: latest.configurationHash,
        environment: latest.environment.merging(["limit": "1"]) { $1 }, warnings: []))
    try fill("plain", 2048, limited)
    let cells = try Evaluations(store).cells
    #expect(cells.map(\.missingCount) == [24, 24, 0])
    let numbers = cells.map { $0.aggregate(SyntheticStore.accuracy) }
    #expect(numbers.map(\.isComplete) == [false, false, true] && !numbers.contains { $0.isWhole })
    #expect(numbers.map(\.absent) == [24, 24, 24])
  }

  @Test("two samples allow no test: no verdict, nothing marked")
  func tooFew() throws {
    let few = try PasskeyStore(grid.mapValues { $0.map { ($0.length, min(2, $0.right)) } }, n: 2)
    #expect(few.words.contains("no verdict. A number here rests on at most 2 independent units"))
    #expect(!few.words.contains("smallest"))
    let matrix = try #require(MainMatrix.table(few.sections, id: "m"))
    #expect(matrix.rows.allSatisfy { $0.cells.allSatisfy { !$0.isBest } })
    #expect(
      matrix.note?.hasSuffix(
        "No number has an interval: fewer than 6 independent samples or documents, or ones that do not differ, allow none."
      )
        == true)
  }

  @Test("while a sweep runs, the verdict says what is there; what is missing as a whole is counted once")
  func growing() throws {
    let one = try PasskeyStore(grid, n: 25, waiting: Set(grid.keys.filter { $0 != "plain" }))
    #expect(one.words == "passkey: no verdict. Only `plain` has results so far; the sweep goes on where it stopped.")
    let matrix = try #require(MainMatrix.table(one.sections, id: "m"))
    let row = try #require(matrix.rows.first { $0.label == "self-extend:G=16,W=64" })
    #expect(row.cells.map(\.text) == ["missing", "missing", "missing"])
    #expect(row.cells.map(\.detail) == ["0 of 25", "0 of 25", "0 of 25"])
    let none = try PasskeyStore(grid, n: 25, waiting: Set(grid.keys))
    #expect(none.words == "passkey: no verdict. There are no results yet; the sweep goes on where it stopped.")
  }

  @Test("all that is not told from the best is marked alike, and nothing where all are alike")
  func marks() throws {
    let store = try PasskeyStore(grid, n: 25)
    let matrix = try #require(MainMatrix.table(store.sections, id: "m"))
    let marked = matrix.columns.indices.map { column in
      matrix.rows.filter { $0.cells[column].isBest }.map(\.label)
    }
    #expect(matrix.note?.hasSuffix("The tables below have the intervals.") == true)
    #expect(marked[0].isEmpty)
    #expect(marked[1] == ["self-extend:G=4,W=64", "self-extend:G=16,W=64", "self-extend:G=32,W=64"])
    #expect(marked[2] == ["self-extend:G=16,W=64", "self-extend:G=32,W=64"])
    #expect(matrix.withCountsInHeadings.columnNotes == ["n=25", "n=25", "n=25"])
  }

  @Test("the tests of a table are corrected together: what one test alone would say is not said of many")
  func correction() throws {
    // 6 of 25 samples differ, one way: p = 0.031 alone, 0.16 among five.
    let one = try PasskeyStore(["plain": [(512, 19)], "yarn:factor=4": [(512, 25)]], n: 25)
    #expect(
      Distinctions(one.sections[0].grids[0])[one.sections[0].grids[0].columns[0]].worse.map(\.method) == ["plain"])
    let lengths = [512, 1024, 2048, 4096, 8192]
    let many = try PasskeyStore(
      ["plain": lengths.map { ($0, 19) }, "yarn:factor=4": lengths.map { ($0, 25) }], n: 25)
    let found = Distinctions(many.sections[0].grids[0])
    #expect(found.testCount == 5)
    #expect(many.sections[0].grids[0].columns.allSatisfy { found[$0].worse.isEmpty })
  }

  @Test("a task that no method solves at the shortest length has nothing to hold")
  func unsolved() throws {
    let words = try PasskeyStore(["plain": [(512, 0), (1024, 0)], "yarn:factor=4": [(512, 0), (1024, 0)]], n: 25).words
    #expect(words.contains("no method solves the task at 0.5 L (512 tokens)"))
    #expect(!words.contains("smallest"))
  }

  @Test("tables in which no test can tell anything carry no headline; where none can, the headline says so")
  func blindHeadline() throws {
    // 8 units and 5 methods: a sign test's 2^-7 times 8 tests is more than 5 %.
    let blind = ["plain", "ntk:factor=4", "yarn:factor=4", "self-extend:G=4,W=64", "self-extend:G=8,W=64"]
    let numbers = Dictionary(
      uniqueKeysWithValues: blind.map {
        ($0, [(length: 1024, right: 8), (length: 8192, right: $0 == "plain" ? 0 : 8)])
      })
    let few = try PasskeyStore(numbers, n: 8).sections[0]
    let none = Conclusion([few, few]).sentences
    #expect(none[0].hasPrefix("**No setting can be said to hold 8.0 L (8192 tokens)**: in none of the 2 tables"))
    #expect(!none.joined().contains("smallest setting") && !none.joined().contains("nothing distinguishes"))
    #expect(
      none[1].contains("no verdict at 8.0 L (8192 tokens), for no test can tell methods apart there: too few units"))
    #expect(none[1].contains("without a clear fall from 1.0 L (1024 tokens): `G=4 or 8, W=64`, `ntk:factor=4` and"))
    let one = Conclusion([try PasskeyStore(grid, n: 25).sections[0], few]).sentences
    #expect(
      one[0].hasPrefix("**The smallest setting that holds 8.0 L (8192 tokens) in passkey is `G=16, W=64`**; so does"))
    #expect(one[0].hasSuffix("No test can tell methods apart there in passkey: too few samples."))
  }

  @Test(
    "nothing is said to hold a length at the worst number that there is, nor where nothing could tell that it does not")
  func worst() throws {
    let words = try PasskeyStore(
      ["plain": [(256, 5), (1024, 0)], "self-extend:G=16,W=64": [(256, 4), (1024, 6)]], n: 6
    ).words
    #expect(
      words.contains("`plain` ends at 0.3 L (256 tokens), 83.3 % [35.9, 99.6]; at 1.0 L (1024 tokens) it is at 0.0 %"))
    #expect(!words.contains("`plain` holds") && !words.contains("whose interval holds") && !words.contains("smallest"))
    let alone = try PasskeyStore(["plain": [(256, 5), (1024, 4)]], n: 6).words
    #expect(alone.contains("`plain` shows no clear fall up to 1.0 L (1024 tokens)") && !alone.contains("plain` holds"))
    let all = try PasskeyStore(["plain": [(256, 5), (1024, 0)], "yarn:factor=4": [(256, 25), (1024, 0)]], n: 25).words
    #expect(all.contains("no method holds 1.0 L (1024 tokens)"), "\(all)")
  }

  @Test("plain ends where the test tells it from the best, though its interval has not fallen")
  func endsByTest() throws {
    // 19 of 25 after 24: the intervals overlap; 6 lost and none gained is p = 0.03 alone.
    let words = try PasskeyStore(
      ["plain": [(512, 24), (1024, 18), (2048, 17)], "yarn:factor=4": [(512, 24), (1024, 25), (2048, 25)]], n: 25
    )
    .words
    #expect(words.contains("`plain` ends at 0.5 L (512 tokens), 96.0 %"), "\(words)")
    #expect(
      words.contains("at 1.0 L (1024 tokens) it is at 72.0 %") && words.contains("worse than `yarn:factor=4`, 100.0 %"))
    let early = try PasskeyStore(["plain": [(512, 12), (1024, 12)], "yarn:factor=4": [(512, 25), (1024, 25)]], n: 25)
      .words
    #expect(early.contains("`plain` does not hold even the shortest length"))
  }

  @Test("a verdict over all depths says so, and names the depth that is clearly worse")
  func depths() throws {
    let synthetic = try SyntheticStore()
    for method in ["plain", "self-extend:G=8,W=64"] {
      for length in [512, 4096] {
        for depth in ["0.0", "0.5", "1.0"] {
          let cell = try synthetic.store.cell(
            SyntheticStore.record(
              "passkey", method, [("length", "\(length)"), ("depth", depth)], metric: SyntheticStore.accuracy, count: 12
            ))
          for index in 0..<12 {
            let isRight = length == 512 || (method != "plain" && (depth != "0.5" || index < 5))
            let score = Score(metric: "accuracy", value: isRight ? 1 : 0, unscored: nil)
            try synthetic.store.append(
              SyntheticStore.result("\(length)/\(depth)/\(index)", method, scores: [score], output: "x"), cell: cell,
              run: synthetic.run)
          }
        }
      }
    }
    let sections = Section.sections(of: try Evaluations(synthetic.store), .none)
    let finding = try #require(LengthFinding(sections[0], sections[0].grids[0]))
    #expect(Conclusion(sections).sentences[0].hasPrefix("passkey, over all 3 depths: "))
    let weak = DepthFinding("self-extend:G=8,W=64", sections[0].grids[0], finding.longest.column)
    #expect(
      weak?.words
        == "`G=8, W=64` is clearly worse at depth 50 %, 41.7 % [15.2, 72.3], than at the others, 100.0 % [85.8, 100.0]")
    #expect(DepthFinding("plain", sections[0].grids[0], finding.longest.column) == nil)
  }

  @Test("what auto chose is one row, whole also where its choice is a setting with a row of its own")
  func automatic() throws {
    let open = "self-extend:G=auto,W=auto"
    let window = 1024
    func choice(_ length: Int) throws -> String {
      try MethodChoice(parsing: open).resolved(contextWindow: window, targetLength: length).description
    }
    let (near, far) = (try choice(2048), try choice(8192))
    #expect(near != far)
    let automatic = try #require(AutomaticMethod(configured: ["plain", far, open]))
    let store = try PasskeyStore(
      ["plain": [(2048, 0), (8192, 0)], near: [(2048, 25)], far: [(2048, 20), (8192, 25)]], n: 25)
    let matrix = try #require(MainMatrix.table(store.sections, id: "m", automatic))
    #expect(matrix.rows.map(\.label) == ["plain", far, open])
    #expect(matrix.rows[2].cells.map(\.text) == ["100.0", "100.0"])
    #expect(matrix.rows[1].cells.map(\.text) == ["80.0", "100.0"])
    #expect(AutomaticMethod(configured: ["plain", far]) == nil)
  }

  @Test("a p-value below its resolution is said to be smaller")
  func pValues() {
    #expect(PValueText.bare(0.00001) == "< 0.0001")
    #expect(PValueText.bare(0.0123) == "0.0123")
    #expect(PValueText.text(0) == "p < 0.0001")
  }
}
