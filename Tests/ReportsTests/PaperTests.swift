import Evaluation
import Foundation
import Metrics
import Store
import Tasks
import TestSupport
import Testing
import Text

@testable import Reports

@Suite struct PaperTests {
  /// A store of LongBench and L-Eval cells: every row of a dataset has the score that its place gives.
  private struct Suites {
    let store: ResultStore
    /// The fact that says by which template the prompts were wrapped; none in old stores.
    var chatFact = #""chat":"llama-2""#
    let run: RunID
    private let folder: TemporaryFolder

    init(model: String, path: String = "/models/llama") throws {
      folder = try TemporaryFolder()
      store = try ResultStore.open(folder.file("suites.sqlite"), mode: .create)
      run = try store.beginRun(
        RunRecord(
          name: "suites",
          configuration: #"{"models":[{"name":"\#(model)","path":"\#(path)","cache":"float16"}],"name":"suites"}"#,
          configurationHash: "c", environment: [:], warnings: ["longbench: unverified data: no import made /data"]))
    }

    func add(
      _ task: String, model: String, method: String, dataset: String, scores: [Double], planned: Int? = nil,
      length: Int? = nil, bucket: (Int) -> String = { _ in "0-4k" }
    ) throws {
      let cell = try store.cell(
        CellRecord(
          model: model, contextWindow: 4096, modelHash: "feed", method: method, task: task, settings: "{}",
          protocolName: "\(task)/v1", protocolNotes: ["deviation: the moon was full"], dataHash: "da7a",
          coordinates: Coordinates(
            [Coordinate(name: "dataset", spelling: dataset)]
              + (length.map { [Coordinate(name: "length", spelling: "\($0)")] } ?? [])),
          metrics: [.init(name: "score", aggregation: .mean, higherIsBetter: true)],
          sampleCount: planned ?? scores.count))
      for (index, score) in scores.enumerated() {
        let name = "\(dataset)/\(index)"
        try store.append(
          SampleResult(
            sampleID: name, identity: "\(model)/\(method)/\(name)", prompt: "p", firstTokens: [1],
            promptTokenCount: 3500,
            truncatedTokenCount: index == 0 ? 90 : 0, expected: ["a"],
            facts: #"{"bucket":"\#(bucket(index))"\#(chatFact.isEmpty ? "" : "," + chatFact)}"#, output: "a",
            outputTokens: [5],
            finishReason: .endOfText, scores: [.init(metric: "score", value: score, unscored: nil)],
            logProbabilities: nil,
            durationSeconds: 1, computedTokenCount: 10), cell: cell, run: run)
      }
    }

    func fill(model: String) throws {
      for method in ["plain", "self-extend:G=8,W=1024"] {
        for (index, dataset) in LongBenchDataset.all.filter(\.isInSixteen).enumerated() {
          try add(
            "longbench", model: model, method: method, dataset: dataset.name,
            scores: [Double(index), Double(index + 2)])
        }
        for task in ["coursera", "tpo"] {
          try add("leval", model: model, method: method, dataset: task, scores: [100, 0, 0, 0])
        }
      }
    }
  }

  private static let tasks = TaskReports(TaskRegistry.types.map { ($0.name, $0.report) })
  private static let longBench = LongBench.report.published
  private static let lEval = LEval.report.published

  private func tables(_ suites: Suites) throws -> [Table] {
    try PaperBuilder.document(Evaluations(suites.store), name: "suites", tasks: Self.tasks).tables
  }

  @Test("the table in the program is the one of Datasets/published, with the permitted rows only")
  func table() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Datasets/published/self-extend.csv")
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").dropFirst()
    let suites = [("LongBench", Self.longBench), ("L-Eval closed-ended", Self.lEval)]
    #expect(suites.reduce(0) { $0 + ($1.1?.numbers.count ?? 0) } == lines.count)
    for (name, suite) in suites {
      let own = lines.filter { $0.hasPrefix("\(name) (SelfExtend paper)") }
      let numbers = try #require(suite).numbers
      #expect(numbers.count == own.count && own.count > 50)
      for (number, line) in zip(numbers, own) {
        let text = line.replacing("\"", with: "")
        let (source, confidence) = (number.source.text, number.source.confidence)
        #expect(text.hasSuffix("\(source.replacing("\"", with: "")),\(confidence.replacing("\"", with: ""))"))
        #expect(text.contains(",\(number.dataset),") && text.contains(number.row.model))
      }
    }
  }

  @Test("every column of the paper's tables finds its published number")
  func columns() throws {
    let suite = try #require(Self.longBench)
    let row = try #require(suite.rows.first { $0.method == "SelfExtend" && $0.context == "16k" })
    let values = suite.columns.compactMap { suite.published(row, $0)?.value }
    #expect(values.count == 16)
    let average = try #require(suite.publishedAverage(row)?.value)
    #expect(abs(values.reduce(0, +) / 16 - average) < 0.02)
    // sci_fi's 64 questions are asked twice.
    let open = try #require(Self.lEval)
    let closed = try #require(open.rows.first { $0.method == "SelfExtend" && $0.context == "16k" })
    #expect(open.columns.last?.officialCount == 128)
    #expect(open.columns.compactMap { open.published(closed, $0)?.value }.count == 6)
  }

  @Test(
    "a measured model is the published one whatever its file is called, and not its relatives",
    arguments: [
      ("Llama-2-7B-chat", "Llama-2-7b-chat-hf", true), ("Llama-2-7B-chat", "llama-2-7b-chat.Q4_K_M.gguf", true),
      ("Llama-2-7B-chat", "Llama-2-7b-hf", false), ("Llama-2-7B-chat", "Llama-2-13b-chat-hf", false),
      ("Llama-2-7B-chat", "Llama-2-7b-chat-code", false), ("Llama-3-8B-instruct", "Meta-Llama-3-8B-Instruct", true),
      ("Llama-3-8B-instruct", "Llama-3.1-8B-Instruct", false), ("Phi-2", "phi-2", true), ("Phi-2", "phi-3", false),
      ("Mistral-7B-instruct-0.1 w/o SWA", "Mistral-7B-Instruct-v0.1", true),
      ("Mistral-7B-instruct-0.1", "Mistral-7B-Instruct-v0.2", false), ("Phi-2", "phi-2-Q8_0", true),
      ("SOLAR-10.7B-instruct", "SOLAR-10.7B-Instruct-v1.0", true), ("Vicuna-1.5-7B", "vicuna-7b-v1.5-16k", false),
    ])
  func models(_ published: String, _ measured: String, _ isSame: Bool) {
    #expect(PaperMatch.isSame(published: published, measured: measured) == isSame)
  }

  @Test("plain and the window's switch stand beside their own rows")
  func methods() throws {
    let rows = try #require(Self.longBench).rows
    func row(_ model: String) throws -> TaskReport.PublishedNumber.Row {
      try #require(rows.first { $0.model.hasSuffix(model) })
    }
    #expect(PaperMatch.isSame(try row("w/o SWA"), method: "plain:window=none"))
    #expect(!PaperMatch.isSame(try row("w/o SWA"), method: "plain"))
    #expect(PaperMatch.isSame(try row("w/ SWA"), method: "plain"))
    #expect(!PaperMatch.isSame(try row("w/ SWA"), method: "self-extend:G=8,W=512"))
  }

  @Test("measured, published and their difference stand below each other; what is not known is empty")
  func rows() throws {
    let suites = try Suites(model: "Llama-2-7b-chat-hf")
    try suites.fill(model: "Llama-2-7b-chat-hf")
    let tables = try tables(suites)
    #expect(tables.map(\.id) == ["paper-llama-2-7b-chat-hf-longbench", "paper-llama-2-7b-chat-hf-leval"])
    let long = tables[0]
    #expect(long.columns.count == 17)
    #expect(
      long.rows.map(\.label) == [
        "plain", "published: none (original), 4k [1, 2]", "plain - published none (original), 4k",
        "self-extend:G=8,W=1024", "published: SelfExtend, 16k [3, 4]",
        "self-extend:G=8,W=1024 - published SelfExtend, 16k", "published: SelfExtend, 25k [5, 6]",
        "self-extend:G=8,W=1024 - published SelfExtend, 25k",
      ])
    // narrativeqa: 0 and 2 measured, 18.70 published.
    #expect(long.rows[0].cells[0].text == "1.00" && long.rows[1].cells[0].text == "18.70")
    #expect(long.rows[2].cells[0].text == "-17.70" && long.rows[0].cells[0].detail.contains("n=2 1 cut"))
    #expect(long.rows[0].cells[16].text == "8.50")
    let closed = tables[1]
    #expect(closed.rows[0].cells.map(\.text) == ["25.00", "", "", "25.00", "", "", ""])
    #expect(closed.rows[2].cells.map(\.text.isEmpty) == [false, true, true, false, true, true, true])
    #expect(closed.rows.last?.label.hasPrefix("published: Dynamic NTK") == true)
  }

  @Test("each measured number has the letters of its own deviations, and each letter its sentence")
  func marks() throws {
    let suites = try Suites(model: "Llama-2-7b-chat-hf")
    try suites.fill(model: "Llama-2-7b-chat-hf")
    let document = try PaperBuilder.document(Evaluations(suites.store), name: "suites", tasks: Self.tasks)
    let lines = document.blocks.flatMap { block -> [String] in if case .bullets(let items) = block { items } else { [] }
    }
    func letter(_ words: String) throws -> String {
      let line = try #require(lines.first { $0.contains(words) })
      #expect(line.hasPrefix("†"))
      return String(line.dropFirst().prefix(1))
    }
    let expected = try ["the moon was full", "only a part was sampled", "prompts were cut"].map(
      letter)
    #expect(document.tables[0].rows[0].cells[0].detail.hasSuffix(" †" + expected.joined()))
    // A published number is nobody's deviation, and what has no deviation has no letter.
    #expect(!document.tables[0].rows[1].cells[0].detail.contains("†"))
    for plain in ["Chat template: llama-2", "Keys and values are kept as float16"] {
      #expect(lines.contains { $0.hasPrefix(plain) })
    }
    let tex = LaTeX.render(document.tables[0])
    #expect(tex.contains("†" + expected.joined()))
  }

  @Test("short benchmarks of a model stand side by side with their average, also where a store has nothing else")
  func shortContexts() throws {
    let synthetic = try SyntheticStore()
    for (file, right) in [("arc.jsonl", 6), ("hellaswag.jsonl", 3)] {
      for method in ["plain", "self-extend:G=4,W=128"] {
        let cell = try synthetic.store.cell(
          SyntheticStore.record(
            "multiple-choice", method, [("file", file), ("shots", "5")], metric: SyntheticStore.accuracy, count: 8))
        for index in 0..<8 {
          let score = Score(metric: "accuracy", value: index < right ? 1 : 0, unscored: nil)
          try synthetic.store.append(
            SyntheticStore.result("\(file)/\(index)", method, scores: [score], output: "A"), cell: cell,
            run: synthetic.run)
        }
      }
    }
    let table = try #require(
      PaperBuilder.document(Evaluations(synthetic.store), name: "x", tasks: Self.tasks).tables.first)
    #expect(
      table.id == "paper-tiny-1k-short-contexts" && table.rows.map(\.label) == ["plain", "self-extend:G=4,W=128"])
    #expect(table.columns == ["arc (shots=5, accuracy (%))", "hellaswag (shots=5, accuracy (%))", "average (%)"])
    #expect(table.rows[0].cells.map(\.text) == ["75.0", "37.5", "56.2"] || table.rows[0].cells.last?.text == "56.3")
    #expect(table.columnNotes.prefix(2) == ["n=8", "n=8"])
  }

  @Test("every deviation from the published setting is listed")
  func deviations() throws {
    let model = "Llama-2-7b-chat"
    let suites = try Suites(model: model, path: "/models/llama-2-7b-chat.Q4_0.gguf")
    try suites.fill(model: model)
    let folder = try TemporaryFolder()
    let writer = ReportWriter(store: suites.store, name: "suites", tasks: Self.tasks)
    let (files, text) = try writer.writePaper(to: folder.path, formats: Set(ReportFormat.allCases))
    #expect(files.filter { $0.hasPrefix("paper.") } == ["paper.html", "paper.json", "paper.md", "paper.tex"])
    for part in [
      "deviation: the moon was full", "narrativeqa 2 of 200", "Not measured: GSM", "16 of 32 prompts were cut",
      "Chat template: llama-2", "llama-2-7b-chat.Q4_0.gguf", "float16", "unverified data", "Confidence:",
    ] { #expect(text.contains(part) || text.contains(part.replacing("16 of 32", with: "32 of 64")), "\(part)") }
  }

  @Test(
    "prompts without a chat template are a deviation that is said, and so is a store that does not say it",
    arguments: [(#""chat":"none""#, "Chat template: none."), ("", "Chat template: not recorded.")])
  func withoutChatTemplate(fact: String, words: String) throws {
    var suites = try Suites(model: "Llama-2-7b-chat")
    suites.chatFact = fact
    try suites.fill(model: "Llama-2-7b-chat")
    let document = try PaperBuilder.document(Evaluations(suites.store), name: "suites", tasks: Self.tasks)
    // Once under each of the two tables.
    #expect(PlainText.render(document).components(separatedBy: words).count == 3)
  }

  @Test("an entry that measured none of a table's columns has no table")
  func nothingOfTheTable() throws {
    let suites = try Suites(model: "tiny")
    try suites.add("leval", model: "tiny", method: "plain", dataset: "financial_qa", scores: [1, 2])
    try suites.add("longbench", model: "tiny", method: "plain", dataset: "qasper", scores: [1, 2])
    let titles = try tables(suites).map(\.title)
    #expect(titles.contains { $0.hasPrefix("LongBench") })
    #expect(!titles.contains { $0.contains("closed-ended") })
  }

  @Test("a model without published numbers says so, and a store without any table of the paper's shape is an error")
  func unknown() throws {
    let suites = try Suites(model: "tiny")
    try suites.fill(model: "tiny")
    let document = try PaperBuilder.document(Evaluations(suites.store), name: "suites", tasks: Self.tasks)
    #expect(PlainText.render(document).contains("No published number is known for tiny"))
    #expect(document.tables[0].rows.map(\.label) == ["plain", "self-extend:G=8,W=1024"])
    let other = try SyntheticStore()
    _ = try other.store.cell(
      SyntheticStore.record("books", "plain", [], metric: SyntheticStore.perplexity, count: 1))
    #expect(throws: ReportError.nothingForPaper(path: other.store.path, tasks: ["longbench", "leval"])) {
      try PaperBuilder.document(Evaluations(other.store), name: "x", tasks: Self.tasks)
    }
  }

  @Test("what no source quotes has the paper's shape and measured numbers alone: by length, G by W, by dataset")
  func shapes() throws {
    let document = try PaperBuilder.document(
      Evaluations(SyntheticStore.complete().store), name: "x", tasks: Self.tasks)
    #expect(
      document.tables.map(\.id) == [
        "paper-tiny-1k-answers", "paper-tiny-1k-books", "paper-tiny-1k-passkey",
        "paper-tiny-1k-passkey-self-extend-g-by-w",
      ])
    #expect(document.tables[0].columns == ["hotpot_qa", "qasper", "average"])
    #expect(document.tables[2].title.contains("†"))
    #expect(document.tables[3].rows.map(\.label) == ["4", "8"])
    #expect(PlainText.render(document).contains("† Deviation: the haystack is generated."))
  }

  @Test("LongBench has its categories and both averages, LongBench-E its buckets")
  func means() throws {
    let suites = try Suites(model: "m")
    for dataset in LongBenchDataset.all {
      let score = dataset.category == .code ? 60.0 : dataset.language == .chinese ? 10 : 30
      try suites.add("longbench", model: "m", method: "plain", dataset: dataset.name, scores: [score, score])
    }
    let tables = try ReportBuilder.report(
      Evaluations(suites.store), store: suites.store, name: "r", tasks: Self.tasks
    ).document.tables
    let means = try #require(tables.first { $0.id == "m-longbench-categories" })
    let values = means.rows[0].cells.compactMap(\.value)
    // (30 + 30 + 10 + 30) / 4 twice, (3 x 30 + 10) / 4, the same, (30 + 30 + 10) / 3, 60.
    let categories = [25, 25, 25, 25, 70.0 / 3, 60]
    for (value, expected) in zip(values, categories + [categories.reduce(0, +) / 6, (14 * 30 + 2 * 60) / 16]) {
      #expect(abs(value - expected) < 1e-9)
    }
    #expect(values.count == 8)
    let eSuites = try Suites(model: "m")
    try eSuites.add(
      "longbench", model: "m", method: "plain", dataset: "qasper_e", scores: [10, 20, 60],
      bucket: { $0 < 2 ? "0-4k" : "8k+" })
    let eTables = try ReportBuilder.report(
      Evaluations(eSuites.store), store: eSuites.store, name: "r", tasks: Self.tasks
    ).document.tables
    let buckets = try #require(eTables.first { $0.id == "m-longbench-buckets" })
    #expect(buckets.rows[0].cells.map(\.value) == [15, nil, 60])
  }

  @Test("an incomplete dataset has no category, no average and no average of the paper")
  func incomplete() throws {
    let suites = try Suites(model: "m")
    for dataset in LongBenchDataset.all {
      try suites.add(
        "longbench", model: "m", method: "plain", dataset: dataset.name, scores: [30],
        planned: dataset.name == "lcc" ? 2 : 1)
    }
    let tables = try ReportBuilder.report(
      Evaluations(suites.store), store: suites.store, name: "r", tasks: Self.tasks
    ).document.tables
    let means = try #require(tables.first { $0.id == "m-longbench-categories" })
    #expect(means.rows[0].cells.map { $0.value != nil } == [true, true, true, true, true, false, false, false])
    let paper = try self.tables(suites)
    #expect(paper[0].rows[0].cells.last?.text == "" && paper[0].rows[0].cells[14].isGap)
  }

  @Test("word and byte metrics of a perplexity divide the same NLL by words and bytes")
  func kinds() throws {
    func result(_ id: String) -> SampleResult {
      SyntheticStore.result(
        id, "plain",
        scores: [("nll_sum", 40.0), ("token_count", 20), ("word_count", 10), ("byte_count", 80)].map {
          .init(metric: $0.0, value: $0.1, unscored: nil)
        })
    }
    func value(_ name: String) -> Double? {
      let metric = MetricDescription(name: name, aggregation: .perplexity, higherIsBetter: false)
      return metric.combined(
        ["a", "b"].compactMap { metric.contribution(of: result($0).scores, sampleID: $0, document: $0) })
    }
    #expect(value("perplexity") == exp(2) && value("word_perplexity") == exp(4) && value("byte_perplexity") == exp(0.5))
    #expect(value("bits_per_byte") == 0.5 / log(2.0))
  }
  @Test("a bucket of a dataset that is not complete is a gap")
  func bucketGaps() throws {
    let suites = try Suites(model: "m")
    try suites.add(
      "longbench", model: "m", method: "plain", dataset: "qasper_e", scores: [10, 20], planned: 3,
      bucket: { _ in "0-4k" })
    let tables = try ReportBuilder.report(
      Evaluations(suites.store), store: suites.store, name: "r", tasks: Self.tasks
    ).document.tables
    let cell = try #require(tables.first { $0.id == "m-longbench-buckets" }?.rows[0].cells[0])
    #expect(cell.value == 15 && cell.isGap)
  }

  @Test("LEval_score is the geometric mean of the three ROUGE means, and is missing where one of them is not complete")
  func geometricMean() throws {
    let names = ["rouge1", "rouge2", "rougeL"]
    func table(_ lastRouge2: Double?) throws -> Table {
      let synthetic = try SyntheticStore()
      var record = SyntheticStore.record(
        "leval", "plain", [("dataset", "news_summ")], metric: SyntheticStore.f1, count: 2)
      record.metrics = (["score"] + names).map { .init(name: $0, aggregation: .mean, higherIsBetter: true) }
      let cell = try synthetic.store.cell(record)
      let samples: [(String, [Double?])] = [("a", [30, 1, 10]), ("b", [50, lastRouge2, 40])]
      for (id, values) in samples {
        let scores = zip(["score"] + names, [values[2]] + values).map {
          Score(metric: $0, value: $1, unscored: $1 == nil ? "no judge" : nil)
        }
        try synthetic.store.append(
          SyntheticStore.result(id, "plain", scores: scores, output: "o"), cell: cell, run: synthetic.run)
      }
      let tables = try ReportBuilder.report(
        Evaluations(synthetic.store), store: synthetic.store, name: "r", tasks: Self.tasks
      ).document.tables
      return try #require(tables.first { $0.columns == names + ["LEval_score"] })
    }
    // The means 40, 5 and 25.
    let whole = try table(9).rows[0].cells
    #expect(whole.prefix(3).map(\.value) == [40, 5, 25])
    #expect(abs((whole[3].value ?? 0) - 17.0997594667670) < 1e-9)
    #expect(try table(nil).rows[0].cells[3].value == nil)
  }

  @Test("benchmarks that the paper does not have stand beside their own people's numbers, or say that there are none")
  func otherBenchmarks() throws {
    let suites = try Suites(model: "m")
    for method in ["plain", "self-extend:G=8,W=1024"] {
      try suites.add("infinitebench", model: "m", method: method, dataset: "passkey", scores: [100, 0])
      try suites.add("babilong", model: "m", method: method, dataset: "qa1", scores: [0, 100], length: 4000)
      try suites.add("helmet", model: "m", method: method, dataset: "kilt_nq", scores: [0, 100], length: 8192)
    }
    let document = try PaperBuilder.document(Evaluations(suites.store), name: "suites", tasks: Self.tasks)
    let tables = document.tables
    let books = try #require(tables.first { $0.title.hasPrefix("infinitebench") })
    #expect(books.rows.count == 6 && books.rows[2].label == "published: GPT-4" && books.rows[2].cells[0].value == 100)
    #expect(books.rows[5].label == "published: YaRN-Mistral-7B" && books.rows[5].cells[0].value == 92.71)
    #expect(books.rows.allSatisfy { $0.cells.count == books.columns.count })
    // Lengths that only others measured have a column, too.
    let lengths = try #require(tables.first { $0.title.contains("effective length") })
    #expect(lengths.columns.contains("128,000") && lengths.columns.contains("4,000"))
    let place = try #require(lengths.columns.firstIndex(of: "4,000"))
    let phi = try #require(lengths.rows.first { $0.label.contains("Phi-3") })
    #expect(phi.cells[place].value == 69 && lengths.rows[0].cells[place].value == 50)
    #expect(lengths.rows.allSatisfy { $0.cells.count == lengths.columns.count })
    // One sentence says the gap, and only where there is one.
    let text = "\(document)"
    #expect(text.components(separatedBy: "gives published numbers for this table").count == 2)
  }
}
