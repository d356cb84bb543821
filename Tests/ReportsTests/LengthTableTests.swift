import Evaluation
import Foundation
import JSON
import Tasks
import Testing

@testable import Reports
@testable import Store

/// Scores by length, and the length up to which a method copes.
@Suite struct LengthTableTests {
  private func cell(
    _ length: Int, dataset: String? = nil, _ values: [(fact: String, value: Double)], expected: Int? = nil
  ) -> LoadedCell {
    var place = [Coordinate("length", .integer(length))]
    if let dataset { place.insert(Coordinate("dataset", .text(dataset)), at: 0) }
    let record = CellRecord(
      model: "m", contextWindow: 4096, modelHash: "h", method: "plain", task: "t", settings: "{}", protocolName: "t/v1",
      protocolNotes: [], dataHash: "", coordinates: Coordinates(place),
      metrics: [.init(name: "score", aggregation: .mean, higherIsBetter: true)], sampleCount: expected ?? values.count)
    return LoadedCell(
      id: CellID(1), record: record,
      samples: values.enumerated().map { index, entry in
        LoadedSample(
          result: SampleResult(
            sampleID: "\(index)", identity: "", prompt: "", firstTokens: [], promptTokenCount: 1,
            truncatedTokenCount: 0, expected: [], facts: "{}", output: nil, outputTokens: nil, finishReason: nil,
            scores: [Score("score", entry.value)], logProbabilities: nil, durationSeconds: 0, computedTokenCount: 0),
          facts: SampleFacts(["pair": .string(entry.fact)]))
      }, failures: [])
  }

  private func table(
    _ rule: TaskReport.LengthTable.Rule?, datasets: [String] = [], perDataset: Bool = false
  ) -> TaskReport.LengthTable {
    TaskReport.LengthTable(
      id: "x", title: "x", datasets: datasets, hasRowPerDataset: perDataset, hasWeightedMeans: true, rule: rule,
      note: "")
  }

  @Test("the mean is of all named datasets, and the threshold is met on one decimal")
  func threshold() throws {
    let cells = [
      cell(1000, dataset: "a", [("", 90)]), cell(1000, dataset: "b", [("", 81.11)]),
      cell(2000, dataset: "a", [("", 90)]),
      cell(2000, dataset: "b", [("", 81.09)]), cell(4000, dataset: "a", [("", 50)]),
      cell(4000, dataset: "b", [("", 50)]),
    ]
    let scores = LengthScores(cells, table(.atLeast(85.6, decimals: 1), datasets: ["a", "b"]))
    let row = try #require(scores.rows("plain").first)
    #expect(row.label == "plain, mean of 2" && row.values[2] == 50)
    // 85.555 and 85.545.
    #expect(scores.effective(row) == "1,000")
    let means = scores.means([90, 80, 70])
    #expect(means[0] == 80 && abs((means[1] ?? 0) - 460.0 / 6) < 1e-12 && abs((means[2] ?? 0) - 500.0 / 6) < 1e-12)
    #expect(scores.means([1, nil]) == [nil, nil, nil])
    let three = LengthScores(cells, table(.atLeast(85.6, decimals: 1), datasets: ["a", "b", "c"]))
    #expect(three.rows("plain").first?.values == [nil, nil, nil])
    #expect(three.effective(three.rows("plain")[0]) == "")
  }

  /// RULER's 13 tasks with one score at each length.
  private func ruler(
    _ scores: [Int: Double], without missing: String? = nil
  ) throws -> (LengthScores, LengthScores.Row) {
    let declared = try #require(Ruler.report.lengths)
    #expect(declared.datasets.count == 13 && declared.hasWeightedMeans)
    let cells = scores.flatMap { length, score in
      // Tasks differ, their mean does not.
      declared.datasets.enumerated().filter { $0.element != missing }.map { index, dataset in
        cell(length, dataset: dataset, [("", score + Double(index - 6) / 100)])
      }
    }
    let table = LengthScores(cells, declared)
    return (table, try #require(table.rows("plain").first))
  }

  @Test("RULER's means and effective lengths are those that its README prints")
  func readme() throws {
    let printed = [
      ("Llama-3.1-8B", 88.3, 85.4, 91.3), ("Mistral-7B-v0.2", 68.4, 55.6, 81.2), ("LongChat", 49.1, 33.1, 65.2),
    ]
    for (model, mean, up, down) in printed {
      let row = try #require(Ruler.report.lengths?.published.first { $0.label.hasPrefix(model) })
      let (table, measured) = try ruler(row.scores)
      let means = table.means(measured.values).map { ($0.map { $0 * 10 } ?? 0).rounded() / 10 }
      #expect(means == [mean, up, down])
    }
    for row in try #require(Ruler.report.lengths?.published) where row.scores.count == 6 {
      let (table, measured) = try ruler(row.scores)
      let words = ["4K": "4,096", "16K": "16,384", "32K": "32,768", "64K": "65,536", "<4K": "<4,096"]
      #expect(table.effective(measured) == words[row.effective], "\(row.label)")
    }
  }

  @Test("RULER's threshold is Llama 2's mean at 4k, which passes itself; a mean needs all 13 tasks")
  func threshold13() throws {
    let (table, row) = try ruler([4096: 85.6])
    #expect(row.label == "plain, mean of 13" && table.effective(row) == ">=4,096")
    let (below, low) = try ruler([4096: 85.54])
    #expect(below.effective(low) == "<4,096")
    let (partial, none) = try ruler([4096: 99], without: "qa_2")
    #expect(none.values == [nil] && partial.effective(none) == "")
  }

  @Test("none, some and all lengths are told apart, and a missing sample leaves the place empty")
  func words() {
    let cells = [cell(1000, [("", 90)]), cell(2000, [("", 80)])]
    func effective(_ threshold: Double) -> String {
      let scores = LengthScores(cells, table(.above(threshold)))
      return scores.effective(scores.rows("plain")[0])
    }
    #expect(effective(95) == "<1,000" && effective(85) == "1,000" && effective(70) == ">=2,000")
    let gap = LengthScores([cell(1000, [("", 90)], expected: 2), cell(2000, [("", 80)])], table(.above(1)))
    #expect(gap.rows("plain")[0].values == [nil, 80] && gap.effective(gap.rows("plain")[0]) == "")
  }

  @Test("the base score is the mean over pairs of the best mean at the base lengths")
  func base() throws {
    let cells = [
      cell(250, [("p", 100), ("p", 0), ("q", 0)]), cell(500, [("p", 0), ("p", 0), ("q", 100)]),
      cell(1000, [("p", 70), ("p", 70), ("q", 70)]), cell(2000, [("p", 73), ("p", 73), ("q", 73)]),
      cell(4000, [("p", 10), ("p", 10), ("q", 10)]),
    ]
    let scores = LengthScores(
      cells, table(.shareOfBase(0.85, fact: "pair", lengths: [250, 500, 1000], least: 1000)))
    let row = try #require(scores.rows("plain").first)
    // p: 70 at 1000, q: 100 at 500.
    #expect(row.base == 85)
    #expect(scores.effective(row) == "2,000")
    let without = LengthScores(
      Array(cells.dropFirst()), table(.shareOfBase(0.85, fact: "pair", lengths: [250, 500, 1000], least: 1000)))
    #expect(without.rows("plain")[0].base == nil && without.effective(without.rows("plain")[0]) == "")
  }
}
