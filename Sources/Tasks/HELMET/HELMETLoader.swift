import Foundation
import JSON
import Metrics

/// A prompt of HELMET before it is cut, with what it is scored by.
struct HELMETItem: Sendable {
  /// The name of the row in its file.
  let id: String
  /// The row's line.
  let line: Int
  /// The fields of the templates; `context` is what may be cut.
  var fields: [String: String]
  /// The accepted answers; for ALCE a JSON list of spellings each, for a ranking `id label` each.
  var references: [String]
  /// What a judge is told beside the answer; nil where no judge is asked.
  var rubric: HELMETRubric?
}

/// The prompts of a cell in HELMET's order, each made when it is asked for: a row of the official files holds a whole
/// document or a thousand of them, and a file hundreds of megabytes.
struct HELMETItems {
  /// The number of prompts.
  let count: Int
  private let make: (Int) throws(TaskError) -> HELMETItem

  /// Prompts out of rows that were chosen and not read.
  ///
  /// - Parameters:
  ///   - places: where the rows lie, in the order of the prompts.
  ///   - make: reads a row and makes its prompt.
  init<Place>(_ places: [Place], make: @escaping (Place) throws(TaskError) -> HELMETItem) {
    count = places.count
    self.make = { (index) throws(TaskError) in try make(places[index]) }
  }

  /// Makes a prompt.
  ///
  /// - Parameter index: 0 up to `count`.
  /// - Returns: the prompt.
  /// - Throws: `TaskError.damagedData` for a row that is not what it should be.
  func item(_ index: Int) throws(TaskError) -> HELMETItem { try make(index) }
}

/// Makes HELMET's prompts out of its files.
struct HELMETLoader {
  let dataset: HELMETDataset
  let source: HELMETFiles.Source
  let templates: HELMETTemplates
  /// Examples in a prompt.
  let shots: Int
  /// The most rows or keys.
  let count: Int
  /// A judge is asked; without one nobody needs key points.
  let hasJudge: Bool
  /// What books and papers are cut with before anything else; nil where that is not done.
  var firstCut: FirstCut?

  /// The cut at a length.
  struct FirstCut {
    let cut: HELMETFirstCut
    let limit: Int
    let omission: String
  }

  /// Chooses the rows.
  ///
  /// - Returns: their prompts, in HELMET's order.
  /// - Throws: `TaskError.damagedData` for a row that is not what it should be.
  func items() throws(TaskError) -> HELMETItems {
    switch dataset.category {
    case .recall: try dataset.isRuler ? ruler() : keyValues()
    case .rag: try questions()
    case .rerank: try rankings()
    case .inContextLearning: try classifications()
    case .cite: try cited()
    case .longQA where dataset == .narrativeQA: try stories()
    case .summary where dataset == .lawSummary: try lawsuits()
    case .longQA, .summary: try books()
    }
  }

  // MARK: Fields

  func problem(_ row: HELMETRow, _ need: String, in file: RowFile<HELMETRow>? = nil) -> TaskError {
    .damagedData(path: (file ?? source.rows).path, line: row.line, problem: "expected \(need)")
  }

  func text(_ row: HELMETRow, _ key: String) throws(TaskError) -> String {
    guard let text = row.shown(key) else { throw problem(row, "`\(key)`, a text") }
    return text
  }

  func texts(_ row: HELMETRow, _ key: String) throws(TaskError) -> [String] {
    guard let texts = row.value[key]?.texts ?? row.value[key]?.text.map({ [$0] }), !texts.isEmpty else {
      throw problem(row, "`\(key)`, texts")
    }
    return texts
  }

  /// What a pass over a file keeps of each row.
  ///
  /// - Parameters:
  ///   - file: the rows, of which one at a time is held.
  ///   - part: what is kept; nil leaves the row out.
  /// - Returns: the parts, in the file's order.
  /// - Throws: what `part` throws, and `TaskError.damagedData` when the file is no longer what it was.
  func parts<Part>(
    _ file: RowFile<HELMETRow>, _ part: (Int, HELMETRow) throws(TaskError) -> Part?
  ) throws(TaskError) -> [Part] {
    var parts: [Part] = []
    for place in 0..<file.count {
      if let part = try part(place, file.entry(place).row) { parts.append(part) }
    }
    return parts
  }

  /// Where the first rows of a shuffled file lie.
  ///
  /// - Parameters:
  ///   - file: the rows.
  ///   - count: how many.
  ///   - isShuffledOnlyIfMore: no more rows than that stay in their order.
  ///   - isTaken: which rows are any; nil for all.
  ///   - fits: which rows of the shuffled ones are taken; nil for all.
  /// - Returns: places in the file, as they are drawn.
  /// - Throws: `TaskError.damagedData` when the file is no longer what it was.
  func chosen(
    _ file: RowFile<HELMETRow>, _ count: Int, isShuffledOnlyIfMore: Bool = false,
    where isTaken: ((HELMETRow) -> Bool)? = nil, fits: ((HELMETRow) -> Bool)? = nil
  ) throws(TaskError) -> [Int] {
    var places = Array(0..<file.count)
    if let isTaken {
      places = try parts(file) { (place, row) throws(TaskError) in isTaken(row) ? place : nil }
    }
    guard !isShuffledOnlyIfMore || places.count > count else { return places }
    let shuffled = HELMETSelection.shuffled(places.count).lazy.map { places[$0] }
    guard let fits else { return Array(shuffled.prefix(count)) }
    var taken: [Int] = []
    for place in shuffled where taken.count < count {
      if fits(try file.entry(place).row) { taken.append(place) }
    }
    return taken
  }

  /// A book or papers as they are shown before the prompt is cut.
  func shown(_ text: String) -> String {
    firstCut.map { $0.cut.cut(text, to: $0.limit, omission: $0.omission) } ?? text
  }

  /// Whether a text is long enough for HELMET, where that can be told.
  func isLongEnough(_ text: String) -> Bool { firstCut?.cut.isTaken(text, dataset) ?? true }

  // MARK: Recall

  private func ruler() throws(TaskError) -> HELMETItems {
    HELMETItems(try chosen(source.rows, count)) { (place) throws(TaskError) in
      let row = try source.rows.entry(place).row
      var fields = HELMETRow.fields(row.value)
      fields["question"] = row.shown("query") ?? row.shown("question") ?? ""
      fields["context"] = try text(row, "context")
      let key = row.value["answer"] == nil ? "outputs" : "answer"
      return HELMETItem(id: "line-\(row.line)", line: row.line, fields: fields, references: try texts(row, key))
    }
  }

  private func keyValues() throws(TaskError) -> HELMETItems {
    HELMETItems(try chosen(source.rows, count)) { (place) throws(TaskError) in
      let row = try source.rows.entry(place).row
      let pairs = (row.value["demos"]?.elements ?? []).prefix(shots).compactMap(\.texts).filter { $0.count == 2 }
      let demos = pairs.map { templates.example.filled(["key": $0[0], "value": " " + $0[1]]) }
      let fields = [
        "context": try text(row, "context"), "question": try text(row, "question"),
        "demos": demos.joined(separator: "\n\n") + (shots > 0 ? "\n\n" : ""),
      ]
      return HELMETItem(
        id: "line-\(row.line)", line: row.line, fields: fields, references: try texts(row, "answer"))
    }
  }

  // MARK: Classification

  private func label(_ row: HELMETRow, in file: RowFile<HELMETRow>) throws(TaskError) -> Int {
    guard let label = row.value["label"]?.number.flatMap({ Int(exactly: $0) }), (0..<dataset.labelCount).contains(label)
    else { throw problem(row, "`label`, a number from 0 to \(dataset.labelCount - 1)", in: file) }
    return label
  }

  private func classifications() throws(TaskError) -> HELMETItems {
    // Short questions with their labels: these files are small, and a prompt takes thousands of their rows.
    let pool = try source.examples.map { (file) throws(TaskError) in try labelled(file) } ?? []
    let labels = pool.map(\.label)
    return HELMETItems(try tested()) { (row) throws(TaskError) in
      let seed = HELMETSelection.localSeed(row.text)
      let numbers = HELMETSelection.labelNumbers(dataset.labelCount, seed: seed)
      let places = HELMETSelection.balanced(labels, shots: source.amount ?? 0, seed: seed)
      let examples = places.map { place in
        templates.example.filled(["text": pool[place].text, "label": "\(numbers[labels[place]])"])
      }
      return HELMETItem(
        id: "line-\(row.line)", line: row.line,
        fields: ["context": examples.joined(separator: "\n\n"), "question": row.text],
        references: ["\(numbers[row.label])"])
    }
  }

  /// A text that is classified.
  private struct Labelled {
    let text: String
    let label: Int
    let line: Int
  }

  private func labelled(_ file: RowFile<HELMETRow>) throws(TaskError) -> [Labelled] {
    try parts(file) { (_, row) throws(TaskError) in
      guard let text = row.shown("text") else { throw problem(row, "`text`, a text", in: file) }
      return Labelled(text: text, label: try label(row, in: file), line: row.line)
    }
  }

  /// The rows that are asked: more than `count` are shuffled and balanced by label.
  private func tested() throws(TaskError) -> [Labelled] {
    let all = try labelled(source.rows)
    guard all.count > count else { return all }
    let shuffled = HELMETSelection.shuffled(all.count).map { all[$0] }
    return HELMETSelection.balanced(shuffled.map(\.label), shots: count, seed: HELMETSelection.seed)
      .map { shuffled[$0] }
  }

  // MARK: Citations

  private func cited() throws(TaskError) -> HELMETItems {
    let demos = templates.alce?.demos ?? []
    // Two of the file's examples for each row of the whole file, in order, before any row is chosen.
    var random = PythonRandom(seed: HELMETSelection.seed)
    let drawn = (0..<source.rows.count).map { _ in random.sample(of: demos.count, count: min(shots, demos.count)) }
    return HELMETItems(try chosen(source.rows, count)) { (place) throws(TaskError) in
      let row = try source.rows.entry(place).row
      let examples = drawn[place].map { example(demos[$0]) }
      let documents = listed(row.value["docs"]?.elements?.prefix(source.amount ?? Int.max) ?? [])
      return HELMETItem(
        id: "row-\(row.line)", line: row.line,
        fields: [
          "demo_text": examples.isEmpty ? "" : examples.joined(separator: "\n\n\n") + "\n\n\n",
          "instruction": templates.alce?.instruction ?? "", "question": try text(row, "question"),
          "context": documents,
        ], references: try groups(row))
    }
  }

  private func listed(_ documents: some Sequence<JSONValue>) -> String {
    documents.enumerated().map { index, document in
      templates.passage.filled(HELMETRow.fields(document).merging(["ID": "\(index + 1)"]) { $1 })
    }.joined(separator: "\n\n")
  }

  private func example(_ demo: JSONValue) -> String {
    var fields = HELMETRow.fields(demo)
    fields["instruction"] = templates.alce?.instruction ?? ""
    fields["context"] = listed(demo["docs"]?.elements ?? [])
    return templates.example.filled(fields)
  }

  /// The spellings of each answer, a JSON list each.
  private func groups(_ row: HELMETRow) throws(TaskError) -> [String] {
    let lists =
      dataset == .asqa
      ? row.value["qa_pairs"]?.elements?.compactMap { $0["short_answers"]?.texts }
      : row.value["answers"]?.elements?.compactMap(\.texts)
    guard let lists, !lists.isEmpty else {
      throw problem(row, dataset == .asqa ? "`qa_pairs` with `short_answers`" : "`answers`, lists of texts")
    }
    return lists.map { JSONValue.array($0.map { .string($0) }).written(.compact) }
  }

  // MARK: Books

  private func books() throws(TaskError) -> HELMETItems {
    let ids = try parts(source.rows) { (_, row) throws(TaskError) in Self.name(row) }
    let points = try keyPoints()
    // Examples come from all rows, those that are asked from the long ones.
    let isAsked = firstCut == nil ? nil : { (row: HELMETRow) in isLongEnough(row.value["context"]?.text ?? "") }
    return HELMETItems(try chosen(source.rows, count, where: isAsked)) { (place) throws(TaskError) in
      let others = ids.indices.filter { ids[$0] != ids[place] }
      var examples: [String] = []
      for drawn in HELMETSelection.shuffled(others.count).prefix(shots) {
        examples.append(templates.example.filled(try book(others[drawn]).fields))
      }
      var item = try book(place)
      item.fields["context"] = shown(item.fields["context"] ?? "")
      item.fields["demo"] =
        shots > 0 ? templates.frame.filled(["demo": examples.joined(separator: "\n\n")]) : ""
      if dataset == .bookSummary { item.rubric = HELMETRubric(summary: item.references[0], points[ids[place]]) }
      return item
    }
  }

  /// A row of InfiniteBench without its examples.
  private func book(_ place: Int) throws(TaskError) -> HELMETItem {
    let row = try source.rows.entry(place).row
    // A summary is asked for without a question.
    let question = dataset == .bookSummary ? row.shown("input") ?? "" : try text(row, "input")
    let answers = try texts(row, "answer")
    var item = HELMETItem(
      id: Self.name(row), line: row.line,
      fields: [
        "question": question, "context": try text(row, "context"), "answer[0]": answers[0],
        // As the checkout's text names it.
        "x['answer'][0].strip()": answers[0].trimmingCharacters(in: .whitespacesAndNewlines),
      ], references: answers)
    guard dataset == .bookChoice else { return item }
    guard let options = row.value["options"]?.texts, options.count == 4, let index = options.firstIndex(of: answers[0])
    else { throw problem(row, "`options`, four texts with the answer among them") }
    let letter = LongBenchV2Row.letters[index]
    item.fields["options"] = zip(LongBenchV2Row.letters, options).map { "\($0). \($1)" }.joined(separator: "\n")
    item.fields["answer[0]"] = letter
    item.references = [letter, "\(letter). \(answers[0])"]
    return item
  }
}
