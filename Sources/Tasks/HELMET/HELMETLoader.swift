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
  let fields: [String: String]
  /// The accepted answers; for ALCE a JSON list of spellings each, for a ranking `id label` each.
  let references: [String]
  /// What a judge is told beside the answer; nil where no judge is asked.
  var rubric: HELMETRubric?
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

  /// The prompts in HELMET's order.
  ///
  /// - Throws: `TaskError.damagedData` for a row that is not what it should be.
  func items() throws(TaskError) -> [HELMETItem] {
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

  func rows(_ file: RowFile<HELMETRow>) throws(TaskError) -> [HELMETRow] { try file.entries().map(\.row) }

  /// The first rows of a shuffled file, read one after another: a row holds a whole document.
  ///
  /// - Parameters:
  ///   - file: the rows.
  ///   - count: how many.
  ///   - isShuffledOnlyIfMore: no more rows than that stay in their order.
  ///   - isTaken: which rows are any; nil for all.
  ///   - fits: which rows of the shuffled ones are taken; nil for all.
  /// - Returns: the rows, as they are drawn.
  /// - Throws: `TaskError.damagedData` when the file is no longer what it was.
  func chosen(
    _ file: RowFile<HELMETRow>, _ count: Int, isShuffledOnlyIfMore: Bool = false,
    where isTaken: ((HELMETRow) -> Bool)? = nil, fits: ((HELMETRow) -> Bool)? = nil
  ) throws(TaskError) -> [HELMETRow] {
    var places = Array(0..<file.count)
    if let isTaken {
      places = []
      for place in 0..<file.count {
        let entry = try file.entry(place)
        if isTaken(entry.row) { places.append(place) }
      }
    }
    if !isShuffledOnlyIfMore || places.count > count {
      places = HELMETSelection.shuffled(places.count).map { places[$0] }
    }
    var rows: [HELMETRow] = []
    for place in places where rows.count < count {
      let row = try file.entry(place).row
      if fits?(row) ?? true { rows.append(row) }
    }
    return rows
  }

  /// A book or papers as they are shown before the prompt is cut.
  func shown(_ text: String) -> String {
    firstCut.map { $0.cut.cut(text, to: $0.limit, omission: $0.omission) } ?? text
  }

  /// Whether a text is long enough for HELMET, where that can be told.
  func isLongEnough(_ text: String) -> Bool { firstCut?.cut.isTaken(text, dataset) ?? true }

  // MARK: Recall

  private func ruler() throws(TaskError) -> [HELMETItem] {
    var items: [HELMETItem] = []
    for row in try chosen(source.rows, count) {
      var fields = HELMETRow.fields(row.value)
      fields["question"] = row.shown("query") ?? row.shown("question") ?? ""
      fields["context"] = try text(row, "context")
      let key = row.value["answer"] == nil ? "outputs" : "answer"
      items.append(
        HELMETItem(id: "line-\(row.line)", line: row.line, fields: fields, references: try texts(row, key)))
    }
    return items
  }

  private func keyValues() throws(TaskError) -> [HELMETItem] {
    var items: [HELMETItem] = []
    for row in try chosen(source.rows, count) {
      let pairs = (row.value["demos"]?.elements ?? []).prefix(shots).compactMap(\.texts).filter { $0.count == 2 }
      let demos = pairs.map { templates.example.filled(["key": $0[0], "value": " " + $0[1]]) }
      let fields = [
        "context": try text(row, "context"), "question": try text(row, "question"),
        "demos": demos.joined(separator: "\n\n") + (shots > 0 ? "\n\n" : ""),
      ]
      items.append(
        HELMETItem(id: "line-\(row.line)", line: row.line, fields: fields, references: try texts(row, "answer")))
    }
    return items
  }

  // MARK: Documents

  private func documents(_ value: JSONValue) -> String {
    (value["ctxs"]?.elements ?? []).map { document in
      let template = document["title"] == nil ? templates.untitled : templates.passage
      return template.filled(HELMETRow.fields(document))
    }.joined(separator: "\n\n")
  }

  /// True where a question is rare enough: popqa_3 takes those seen less than a thousand times.
  private func isTaken(_ row: HELMETRow) -> Bool {
    guard dataset == .popQA, let views = row.value["s_pop"]?.number else { return true }
    return views < 1000
  }

  private func questions() throws(TaskError) -> [HELMETItem] {
    let all = try rows(source.rows).filter(isTaken)
    let key = all.first?.value["id"] == nil ? "question" : "id"
    let areNumbers = all.first?.value[key]?.number != nil
    func name(_ row: HELMETRow) -> String { row.shown(key) ?? "" }
    let keys = HELMETSelection.keys(Set(all.map(name)), areNumbers: areNumbers, count: count)
    let pool = try source.examples.map { (file) throws(TaskError) in try rows(file).filter(isTaken) } ?? []
    let poolKeys = pool.map(name)
    var items: [HELMETItem] = []
    for row in all where keys.contains(name(row)) {
      var demos = ""
      if shots > 0 {
        let places = HELMETSelection.examples(
          poolKeys, without: dataset == .popQA ? name(row) : nil, seed: HELMETSelection.hash(name(row)), count: shots)
        var examples: [String] = []
        for example in places.map({ pool[$0] }) {
          var fields = HELMETRow.fields(example.value)
          fields["documents"] = documents(example.value)
          guard let answer = example.value["answers"]?.texts?.first else {
            throw problem(example, "`answers`, texts", in: source.examples)
          }
          fields["answer"] = answer
          examples.append(templates.example.filled(fields))
        }
        demos = examples.joined(separator: "\n\n") + "\n\n"
      }
      items.append(
        HELMETItem(
          id: "\(name(row))@\(row.line)", line: row.line,
          fields: ["demos": demos, "context": documents(row.value), "question": try text(row, "question")],
          references: try texts(row, "answers")))
    }
    return items
  }

  /// Documents with their labels, in their order.
  private func judged(_ row: HELMETRow, in file: RowFile<HELMETRow>?) throws(TaskError) -> [(id: String, label: Int)] {
    var judged: [(id: String, label: Int)] = []
    for document in row.value["ctxs"]?.elements ?? [] {
      guard let id = document["id"]?.shown, let label = document["label"]?.number.flatMap({ Int(exactly: $0) }) else {
        throw problem(row, "`ctxs` with `id` and `label`", in: file)
      }
      judged.append((id, label))
    }
    guard !judged.isEmpty else { throw problem(row, "`ctxs`, documents", in: file) }
    return judged
  }

  private static func ranking(_ judged: [(id: String, label: Int)]) -> String {
    judged.enumerated().sorted { ($1.element.label, $0.offset) < ($0.element.label, $1.offset) }
      .map(\.element.id).joined(separator: " > ")
  }

  private func rankings() throws(TaskError) -> [HELMETItem] {
    let all = try rows(source.rows)
    let key = all.first?.value["qid"] == nil ? "query" : "qid"
    func name(_ row: HELMETRow) -> String { row.shown(key) ?? "" }
    let areNumbers = all.first?.value[key]?.number != nil
    let keys = HELMETSelection.keys(Set(all.map(name)), areNumbers: areNumbers, count: count)
    let asked = all.filter { keys.contains(name($0)) }
    var pool = try source.examples.map { (file) throws(TaskError) in try rows(file) } ?? []
    let isFiltered = pool.count > 2 * asked.count
    if isFiltered { pool.removeAll { keys.contains(name($0)) } }
    let poolKeys = pool.map(name)
    var items: [HELMETItem] = []
    for row in asked {
      var demos = ""
      if shots > 0 {
        let places = HELMETSelection.examples(
          poolKeys, without: isFiltered ? nil : name(row), seed: HELMETSelection.hash(name(row)), count: shots)
        for example in places.map({ pool[$0] }) {
          let ranking = Self.ranking(try judged(example, in: source.examples))
          demos +=
            documents(example.value) + "\n\nQuery: \(example.shown("query") ?? "")\nRanking: \(ranking)\n\n"
        }
      }
      items.append(
        HELMETItem(
          id: "\(name(row))@\(row.line)", line: row.line,
          fields: ["demos": demos, "context": documents(row.value), "question": try text(row, "query")],
          references: try judged(row, in: nil).map { "\($0.id) \($0.label)" }))
    }
    return items
  }

  // MARK: Classification

  private func label(_ row: HELMETRow, in file: RowFile<HELMETRow>?) throws(TaskError) -> Int {
    guard let label = row.value["label"]?.number.flatMap({ Int(exactly: $0) }), (0..<dataset.labelCount).contains(label)
    else { throw problem(row, "`label`, a number from 0 to \(dataset.labelCount - 1)", in: file) }
    return label
  }

  private func classifications() throws(TaskError) -> [HELMETItem] {
    let pool = try source.examples.map { (file) throws(TaskError) in try rows(file) } ?? []
    var labels: [Int] = []
    for row in pool { labels.append(try label(row, in: source.examples)) }
    var items: [HELMETItem] = []
    for row in try tested() {
      let question = try text(row, "text")
      let seed = HELMETSelection.localSeed(question)
      let numbers = HELMETSelection.labelNumbers(dataset.labelCount, seed: seed)
      let places = HELMETSelection.balanced(labels, shots: source.amount ?? 0, seed: seed)
      let examples = places.map { place in
        templates.example.filled([
          "text": pool[place].shown("text") ?? "", "label": "\(numbers[labels[place]])",
        ])
      }
      items.append(
        HELMETItem(
          id: "line-\(row.line)", line: row.line,
          fields: ["context": examples.joined(separator: "\n\n"), "question": question],
          references: ["\(numbers[try label(row, in: nil)])"]))
    }
    return items
  }

  /// The rows that are asked: more than `count` are shuffled and balanced by label.
  private func tested() throws(TaskError) -> [HELMETRow] {
    let all = try rows(source.rows)
    guard all.count > count else { return all }
    let shuffled = HELMETSelection.shuffled(all.count).map { all[$0] }
    var labels: [Int] = []
    for row in shuffled { labels.append(try label(row, in: nil)) }
    return HELMETSelection.balanced(labels, shots: count, seed: HELMETSelection.seed).map { shuffled[$0] }
  }

  // MARK: Citations

  private func cited() throws(TaskError) -> [HELMETItem] {
    let all = try rows(source.rows)
    let demos = templates.alce?.demos ?? []
    // Two of the file's examples for each row of the whole file, in order, before any row is chosen.
    var random = PythonRandom(seed: HELMETSelection.seed)
    let drawn = all.map { _ in random.sample(of: demos.count, count: min(shots, demos.count)) }
    var items: [HELMETItem] = []
    for place in HELMETSelection.shuffled(all.count).prefix(count) {
      let row = all[place]
      let examples = drawn[place].map { example(demos[$0]) }
      let documents = listed(row.value["docs"]?.elements?.prefix(source.amount ?? Int.max) ?? [])
      items.append(
        HELMETItem(
          id: "row-\(row.line)", line: row.line,
          fields: [
            "demo_text": examples.isEmpty ? "" : examples.joined(separator: "\n\n\n") + "\n\n\n",
            "instruction": templates.alce?.instruction ?? "", "question": try text(row, "question"),
            "context": documents,
          ], references: try groups(row)))
    }
    return items
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

  private func books() throws(TaskError) -> [HELMETItem] {
    let all = try rows(source.rows)
    var fields: [[String: String]] = []
    var references: [[String]] = []
    for row in all {
      // A summary is asked for without a question.
      let question = dataset == .bookSummary ? row.shown("input") ?? "" : try text(row, "input")
      var own = ["question": question, "context": try text(row, "context")]
      let answers = try texts(row, "answer")
      own["answer[0]"] = answers[0]
      // As the checkout's text names it.
      own["x['answer'][0].strip()"] = answers[0].trimmingCharacters(in: .whitespacesAndNewlines)
      if dataset == .bookChoice {
        guard let options = row.value["options"]?.texts, options.count == 4,
          let index = options.firstIndex(of: answers[0])
        else { throw problem(row, "`options`, four texts with the answer among them") }
        let letter = LongBenchV2Row.letters[index]
        own["options"] = zip(LongBenchV2Row.letters, options).map { "\($0). \($1)" }.joined(separator: "\n")
        own["answer[0]"] = letter
        references.append([letter, "\(letter). \(answers[0])"])
      } else {
        references.append(answers)
      }
      fields.append(own)
    }
    let ids = all.map(Self.name)
    let points = try keyPoints()
    // Examples come from all rows, those that are asked from the long ones.
    let long = all.indices.filter { isLongEnough(fields[$0]["context"] ?? "") }
    return HELMETSelection.shuffled(long.count).prefix(count).map { long[$0] }.map { place in
      var own = fields[place]
      own["context"] = shown(own["context"] ?? "")
      let others = all.indices.filter { ids[$0] != ids[place] }
      let drawn = HELMETSelection.shuffled(others.count).prefix(shots)
      let examples = drawn.map { templates.example.filled(fields[others[$0]]) }
      own["demo"] =
        shots > 0 ? templates.frame.filled(["demo": examples.joined(separator: "\n\n")]) : ""
      var item = HELMETItem(id: ids[place], line: all[place].line, fields: own, references: references[place])
      if dataset == .bookSummary { item.rubric = HELMETRubric(summary: references[place][0], points[ids[place]]) }
      return item
    }
  }
}
