import Evaluation
import Foundation
import JSON
import Metrics
import Store
import Text

/// All samples of a store for the page that shows them.
///
/// An index that is read at once, and compressed pages of details and prompts that are read when they are looked at. A
/// prompt that several methods share stands there once.
struct SampleArchive {
  /// Names of the page's blocks and their base64.
  private(set) var blocks: [(id: String, base64: String)] = []

  private static let samplesInPage = 400
  private static let promptsInPage = 250
  static let longestOutput = 4000
  static let shownOutput = 160
  /// Buckets of a strip of log-probabilities, and the nats that its darkest colour stands for.
  private static let stripLength = 96
  private static let stripRange = 8.0

  private var cells: [JSONValue] = []
  /// By sample: its cell, name, value, the beginning of its output, its prompt.
  private var numbers: [JSONValue] = []
  private var names: [JSONValue] = []
  private var values: [JSONValue] = []
  private var outputs: [JSONValue] = []
  private var promptNumbers: [JSONValue] = []
  /// Pages that are not compressed yet: several are, at a time.
  private var pages: [(id: String, content: Page)] = []
  private static let pagesAtOnce = 16
  private var details: [Detail] = []
  private var prompts: [JSONValue] = []
  private var promptIndex: [String: Int] = [:]
  private var promptCount = 0
  private var detailCount = 0

  /// What a page holds; it becomes JSON where it is compressed, on all threads.
  private enum Page: Sendable {
    case value(JSONValue)
    case details([Detail])

    var json: JSONValue {
      switch self {
      case .value(let value): value
      case .details(let details): .array(details.map(\.json))
      }
    }
  }

  /// Reads prompts and log-probabilities from the store.
  ///
  /// - Parameters:
  ///   - sections: which samples, under which names.
  ///   - store: where their texts are.
  /// - Throws: `ReportError`: the store cannot be read.
  init(_ sections: [Section], _ store: ResultStore) throws(ReportError) {
    for section in sections {
      // The methods of one place follow each other: they share prompts.
      let byPlace = Dictionary(grouping: section.cells, by: \.place)
      for place in byPlace.keys.sorted(by: NaturalOrder.isBefore) {
        promptIndex = [:]
        for cell in byPlace[place] ?? [] { try add(cell, section, store) }
      }
    }
    flushDetails()
    flushPrompts()
    var members: [String: JSONValue] = [
      "cells": .array(cells), "perPage": .integer(Self.samplesInPage), "promptsPerPage": .integer(Self.promptsInPage),
    ]
    let columns = [("c", numbers), ("id", names), ("v", values), ("o", outputs), ("q", promptNumbers)]
    for (name, column) in columns where !column.isEmpty { members[name] = .array(column) }
    append("index", .value(.object(members)))
    compress()
  }

  private mutating func add(_ cell: LoadedCell, _ section: Section, _ store: ResultStore) throws(ReportError) {
    guard let metric = cell.record.metrics.first else { return }
    let hasPrompts = cell.samples.allSatisfy { promptIndex[$0.result.sampleID] != nil }
    let texts =
      hasPrompts ? [:] : try fromStore { () throws(StoreError) in try store.prompts(in: cell.id) }
    // A strip is shown where there is no output.
    let logProbabilities =
      cell.samples.allSatisfy { $0.result.output != nil }
      ? [:] : try fromStore { () throws(StoreError) in try store.logProbabilities(in: cell.id) }
    cells.append(
      .object([
        "m": .string(section.model), "e": .string(section.title), "x": .string(cell.record.method),
        "p": .object(Dictionary(cell.record.coordinates.map { ($0.name, JSONValue.string($0.text)) }) { $1 }),
        "k": .string(metric.aggregation.rawValue), "metric": .string(metric.name),
        "up": .bool(metric.higherIsBetter),
      ]))
    let number = JSONValue.integer(cells.count - 1)
    addPrompts(of: cell, texts)
    for sample in cell.samples {
      let result = sample.result
      let value = sample.contribution(metric).map { metric.combined([$0]) ?? $0.mean }
      push(number, result.sampleID, value, result.output, promptIndex[result.sampleID])
      // What waits for its page is small: a strip, not the numbers behind it.
      let strip = result.output == nil ? logProbabilities[result.sampleID].map(Self.strip) : nil
      details.append(.sample(sample, strip: strip))
      step()
    }
    for failure in cell.failures {
      push(number, failure.sampleID, nil, nil, promptIndex[failure.sampleID])
      details.append(.failure(failure.message))
      step()
    }
  }

  private mutating func push(_ cell: JSONValue, _ id: String, _ value: Double?, _ output: String?, _ prompt: Int?) {
    numbers.append(cell)
    names.append(.string(id))
    values.append(value.map { .number(Double(Float($0))) } ?? .null)
    outputs.append(JSONValue(output.map { Self.isShort($0) ? $0 : String($0.prefix(Self.shownOutput)) }))
    promptNumbers.append(prompt.map { .integer($0) } ?? .null)
  }

  /// Excerpts of the prompts that no cell before had.
  private mutating func addPrompts(of cell: LoadedCell, _ texts: [String: String]) {
    let new = cell.samples.filter { promptIndex[$0.result.sampleID] == nil }
    let excerpts = Concurrently.map(new.count) { index in
      let result = new[index].result
      return PromptExcerpt(texts[result.sampleID] ?? "", expected: result.expected).json
    }
    for (sample, excerpt) in zip(new, excerpts) {
      prompts.append(excerpt)
      promptIndex[sample.result.sampleID] = promptCount
      promptCount += 1
      if prompts.count == Self.promptsInPage { flushPrompts() }
    }
  }

  /// True for an output that is shown whole: a text has no more characters than bytes.
  static func isShort(_ output: String) -> Bool { output.utf8.count <= shownOutput }

  /// The mean NLL of each of 96 parts of a text as one character, `0` for none to `z` for eight nats and more.
  static func strip(_ logProbabilities: [Float]) -> String {
    let digits = Array("0123456789abcdefghijklmnopqrstuvwxyz")
    guard !logProbabilities.isEmpty else { return "" }
    let count = min(stripLength, logProbabilities.count)
    return String(
      (0..<count).map { part in
        let range = (part * logProbabilities.count / count)..<((part + 1) * logProbabilities.count / count)
        let values = logProbabilities[range].filter(\.isFinite)
        guard !values.isEmpty else { return "z" }
        let mean = values.reduce(0.0) { $0 - Double($1) } / Double(values.count)
        // Bounded before it is an index: a damaged store may hold any number.
        return digits[Int(min(Double(digits.count - 1), max(0, mean / stripRange * Double(digits.count))))]
      })
  }

  private mutating func step() {
    detailCount += 1
    if details.count == Self.samplesInPage { flushDetails() }
  }

  private mutating func flushDetails() {
    guard !details.isEmpty else { return }
    append("d\((detailCount - 1) / Self.samplesInPage)", .details(details))
    details = []
  }

  private mutating func flushPrompts() {
    guard !prompts.isEmpty else { return }
    append("q\((promptCount - 1) / Self.promptsInPage)", .value(.array(prompts)))
    prompts = []
  }

  private mutating func append(_ id: String, _ content: Page) {
    pages.append((id, content))
    if pages.count == Self.pagesAtOnce { compress() }
  }

  /// Writes and compresses the pages that wait.
  private mutating func compress() {
    let pages = pages
    let made = Concurrently.map(pages.count) { index in
      Deflate.bytes(pages[index].content.json.bytes(.compact)).map { Data($0).base64EncodedString() }
    }
    for (page, base64) in zip(pages, made) {
      if let base64 { blocks.append((page.id, base64)) }
    }
    self.pages = []
  }
}

extension SampleArchive {
  /// What is shown of a sample on demand.
  enum Detail: Sendable {
    case sample(LoadedSample, strip: String?)
    case failure(String)

    var json: JSONValue {
      switch self {
      case .sample(let sample, let strip): Self.json(sample.result, strip)
      case .failure(let message): .object(["fail": .string(message)])
      }
    }

    private static func json(_ result: SampleResult, _ strip: String?) -> JSONValue {
      var members: [JSONValue.Member] = []
      // In the order of their names, as they are written.
      func add(_ key: String, _ value: JSONValue) { members.append(.init(key: key, value: value)) }
      if result.truncatedTokenCount > 0 { add("cut", .integer(result.truncatedTokenCount)) }
      if !result.expected.isEmpty { add("e", .array(result.expected.prefix(8).map { .string($0) })) }
      if let reason = result.finishReason { add("end", .string(reason.rawValue)) }
      add("n", .integer(result.promptTokenCount))
      if let output = result.output, !SampleArchive.isShort(output), output.count > SampleArchive.shownOutput {
        add("o", .string(String(output.prefix(SampleArchive.longestOutput))))
      }
      add(
        "s",
        .array(
          result.scores.map { score in
            .array([.string(score.metric), score.value.map { .number($0) } ?? .null, JSONValue(score.unscored)])
          }))
      if let strip { add("strip", .string(strip)) }
      return .object(members)
    }
  }
}
