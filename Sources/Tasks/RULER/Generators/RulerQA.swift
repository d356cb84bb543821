import JSON

/// The questions and documents of a data set in RULER's form.
struct RulerQACollection: Sendable {
  /// A question with the places of its documents.
  struct Question: Sendable {
    let text: String
    let answers: [String]
    /// Documents that hold the answer.
    let own: [Int]
    /// Documents that are put beside them before others.
    let more: [Int]
  }

  /// Different texts, sorted by code points.
  let documents: [String]
  let questions: [Question]

  /// SQuAD, the file dev-v2.0: every paragraph is a document; questions without an answer are left out.
  init?(squad value: JSONValue) {
    guard let articles = value["data"]?.elements else { return nil }
    let paragraphs = articles.map { $0["paragraphs"]?.elements ?? [] }
    var index = DocumentIndex(paragraphs.joined().compactMap { $0["context"]?.text })
    var questions: [Question] = []
    for article in paragraphs {
      let places = article.compactMap { $0["context"]?.text }.map { index.place(of: $0) }
      for (paragraph, own) in zip(article, places) {
        for entry in paragraph["qas"]?.elements ?? [] where entry["is_impossible"]?.flag != true {
          guard let text = entry["question"]?.text, let answers = entry["answers"]?.elements else { return nil }
          questions.append(
            Question(
              text: text, answers: answers.compactMap { $0["text"]?.text }, own: [own],
              more: places.filter { $0 != own }))
        }
      }
    }
    documents = index.documents
    self.questions = questions
    if questions.isEmpty { return nil }
  }

  /// HotpotQA, the file dev_distractor: a title and its sentences are a document.
  init?(hotpot value: JSONValue) {
    guard let rows = value.elements else { return nil }
    func texts(_ row: JSONValue) -> [String] {
      (row["context"]?.elements ?? []).compactMap { pair in
        guard let parts = pair.elements, parts.count == 2, let title = parts[0].text, let sentences = parts[1].texts
        else { return nil }
        return title + "\n" + sentences.joined()
      }
    }
    let all = rows.map(texts)
    var index = DocumentIndex(Array(all.joined()))
    var questions: [Question] = []
    for (row, texts) in zip(rows, all) {
      guard let text = row["question"]?.text, let answer = row["answer"]?.text, !texts.isEmpty else { return nil }
      questions.append(Question(text: text, answers: [answer], own: texts.map { index.place(of: $0) }, more: []))
    }
    documents = index.documents
    self.questions = questions
    if questions.isEmpty { return nil }
  }

  /// Different texts in the order of their code points; equality is of bytes, as Python's is of code points.
  private struct DocumentIndex {
    private(set) var documents: [String] = []
    private var places: [[UInt8]: Int] = [:]

    init(_ texts: [String]) {
      let keys = Set(texts.map { Array($0.utf8) }).sorted { $0.lexicographicallyPrecedes($1) }
      documents = keys.map { String(decoding: $0, as: UTF8.self) }
      for (place, key) in keys.enumerated() { places[key] = place }
    }

    mutating func place(of text: String) -> Int { places[Array(text.utf8)] ?? 0 }
  }
}

/// RULER's question answering: the documents with the answer among others.
///
/// Source: NVIDIA/RULER, scripts/data/synthetic/qa.py, draw by draw. Its own document stands in front before a shuffle with
/// a fixed seed, and so at one place for every sample of a size.
struct RulerQA: RulerGenerator {
  let template: RulerTemplate
  let collection: RulerQACollection
  let step = 10
  private let seed: Int
  /// The first question.
  private let first: Int
  private let isCorrected: Bool
  private var random: PythonRandom

  var generatedTokenCount: Int { template.generatedTokenCount }

  init(
    _ template: RulerTemplate, _ collection: RulerQACollection, seed: Int, first: Int = 0, isCorrected: Bool = false
  ) {
    self.template = template
    self.collection = collection
    self.seed = seed
    self.first = first
    self.isCorrected = isCorrected
    random = PythonRandom(seed: seed)
  }

  mutating func largestSize(_ length: Int, _ counter: RulerCounter) throws(TaskError) -> Int {
    guard let text = try probe(step) else { return 0 }
    return Int(Double(length) / (try counter.tokens(per: step, of: text, filling: length)) * 3)
  }

  mutating func probe(_ size: Int) throws(TaskError) -> RulerText? { drawn(question: 0, size, shuffle: seed).text }

  mutating func draw(_ size: Int, index: Int) throws(TaskError) -> RulerDraw? {
    guard first + index < collection.questions.count else {
      throw .impossibleSample(
        cell: "ruler qa", problem: "there are \(collection.questions.count) questions; lower `trials`")
    }
    return drawn(question: first + index, size, shuffle: isCorrected ? seed + index : seed)
  }

  private mutating func drawn(question: Int, _ size: Int, shuffle: Int) -> RulerDraw {
    let asked = collection.questions[question]
    let count = collection.documents.count
    var places: [Int]
    if size >= count {
      places = (0..<size).map { $0 % count }
    } else if size - asked.own.count > asked.more.count {
      let known = Set(asked.own + asked.more)
      let others = (0..<count).filter { !known.contains($0) }
      let wanted = min(others.count, max(0, size - asked.own.count - asked.more.count))
      places = asked.own + asked.more + random.sample(of: others.count, count: wanted).map { others[$0] }
    } else {
      let wanted = max(0, size - asked.own.count)
      places = asked.own + random.sample(of: asked.more.count, count: wanted).map { asked.more[$0] }
    }
    places = PythonRandom.shuffled(places, seed: shuffle)
    let context = places.enumerated().map { "Document \($0 + 1):\n\(collection.documents[$1])" }
      .joined(separator: "\n\n")
    return RulerDraw(
      text: template.filled(["context": context, "query": asked.text]), answers: asked.answers, size: size,
      goldPlace: asked.own.first.flatMap { own in places.firstIndex(of: own) }.map { $0 + 1 })
  }
}
