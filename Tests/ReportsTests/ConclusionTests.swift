import Evaluation
import Metrics
import Store
import Testing
import Text

@testable import Reports

/// A passkey table: per method and length how many of n samples are right.
private struct PasskeyStore {
  let synthetic: SyntheticStore
  let sections: [Section]

  // `waiting`: methods whose turn has not come; their cells are planned, and empty.
  init(_ numbers: [String: [(length: Int, right: Int)]], n: Int, waiting: Set<String> = []) throws {
    synthetic = try SyntheticStore()
    for (method, lengths) in numbers {
      for (length, right) in lengths {
        let cell = try synthetic.store.cell(
          SyntheticStore.record(
            "passkey", method, [("length", "\(length)")], metric: SyntheticStore.accuracy, count: n))
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

  @Test("a p-value below its resolution is said to be smaller")
  func pValues() {
    #expect(PValueText.bare(0.00001) == "< 0.0001")
    #expect(PValueText.bare(0.0123) == "0.0123")
    #expect(PValueText.text(0) == "p < 0.0001")
  }
}
