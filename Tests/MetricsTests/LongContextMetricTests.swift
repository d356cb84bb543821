import Foundation
public import JSON
import Testing

@testable import Metrics

@Suite struct LongContextMetricTests {
  // MARK: LongBench v2

  @Test(
    "LongBench v2 reads the letter in parentheses anywhere, else the one directly behind the phrase",
    arguments: [
      ("So: The correct answer is (B).", "B"), ("**The correct answer is** (C)", "C"),
      ("The correct answer is Definitely (B)", "D"), ("The correct answer is Apple", "A"),
      ("The correct answer is A. No: The correct answer is (D)", "D"), ("The correct answer is: (A)", nil),
      ("the correct answer is (A)", nil), ("The correct answer is  (A)", nil), ("The correct answer is (E)", nil),
      ("(A)", nil), ("", nil), ("The correct answer is (a) but The correct answer is C", "C"),
    ] as [(String, String?)])
  func letters(reply: String, letter: String?) { #expect(LongBenchV2Answer.letter(in: reply) == letter) }

  @Test("LongBench v2's table is made of rows, anything not easy is hard, and an empty column has no value")
  func table() {
    let rows = [("easy", "short", "A", "A"), ("easy", "short", "B", "A"), ("tricky", "short", nil, "C")].map {
      LongBenchV2Answer.Row(difficulty: $0.0, length: $0.1, letter: $0.2, answer: $0.3)
    }
    #expect(LongBenchV2Answer.table(rows) == [33.3, 50, 0, 33.3, nil, nil])
    #expect(LongBenchV2Answer.table(rows, compensated: true) == [41.7, 50, 25, 41.7, nil, nil])
  }

  // MARK: InfiniteBench

  private func score(
    _ task: InfiniteBenchTask, _ prediction: String, _ label: JSONValue, _ version: InfiniteBenchScorer = .snapshot,
    dropsFirst: Bool = false
  ) -> InfiniteBenchScore.Result {
    InfiniteBenchScore(task, version: version, dropsFirstNumber: dropsFirst).result(
      prediction: prediction, label: label)
  }

  @Test("InfiniteBench's numbers: the first run of digits, the last word, the first number, a shared prefix")
  func numbers() {
    #expect(score(.passkey, "key71432x", "71432") == .score(1))
    #expect(score(.passkey, "71,432", "71432") == .score(0))
    #expect(score(.passkey, "1. 71432", ["71432"]) == .score(0))
    #expect(score(.codeRun, "It returns: '+7'.", 7) == .score(1))
    #expect(score(.codeRun, "1_0", 10) == .score(1))
    #expect(score(.codeRun, "7,", 7) == .score(0))
    #expect(score(.codeRun, "7.0", 0) == .score(1))
    #expect(score(.codeRun, "99999999999999999999", 7) == .score(0))
    #expect(score(.mathFind, "about 18.0", 18) == .crash("ValueError"))
    #expect(score(.mathFind, "about 18", .number(18)) == .score(1))
    #expect(score(.mathFind, "-18", 18) == .score(1))
    #expect(score(.mathCalculation, "[4, 9, 1]", [4, 9, 2]) == .score(2.0 / 3))
    #expect(score(.mathCalculation, "[4, 9, 1]", [[9, 1]], dropsFirst: true) == .score(1))
    #expect(score(.mathFind, "18", "18") == .badLabel)
  }

  @Test("InfiniteBench's words: a value must stand alone, and a list never matches")
  func words() {
    #expect(score(.keyValue, "The value: \"ab-1\".", "ab-1") == .score(1))
    #expect(score(.keyValue, "`ab-1`", "ab-1") == .score(0))
    #expect(score(.keyValue, "ab-1", ["ab-1"]) == .score(0))
    #expect(score(.dialogue, "It is Orla!", ["ORLA", "FINCH"]) == .score(1))
    #expect(score(.dialogue, "finch", ["ORLA", "FINCH"]) == .score(0))
    #expect(score(.dialogue, "finch", ["ORLA", "FINCH"], .august2024) == .score(1))
    #expect(score(.dialogue, "straße", ["STRASSE"]) == .score(1))
  }

  @Test("InfiniteBench's letters: the snapshot decides at the first phrase, August 2024 looks further")
  func choices() {
    let code: JSONValue = ["_flush", "C"]
    #expect(score(.codeDebug, "C", code) == .score(0))
    #expect(score(.codeDebug, "C", code, .august2024) == .score(1))
    #expect(score(.codeDebug, "C. the function", code) == .score(1))
    #expect(score(.codeDebug, "The correct option is: C", code) == .score(1))
    #expect(score(.codeDebug, "answer is:C", code) == .score(0))
    #expect(score(.codeDebug, "it is: Cfoo", code) == .score(1))
    let choice: JSONValue = ["Cats", "C"]
    #expect(score(.choice, "Because C", choice) == .score(0))
    #expect(score(.choice, "Because C", choice, .august2024) == .score(1))
    #expect(score(.choice, "My answer is Cats", choice) == .score(1))
    #expect(score(.choice, "(C)", choice) == .score(0))
    #expect(score(.choice, "I say C here", choice) == .score(1))
    #expect(score(.choice, "", choice) == .score(0))
  }

  @Test("InfiniteBench's prediction files are scored row by row, with the scorer that is asked for")
  func infiniteBenchFile() throws {
    let rows = ["C", "B"].map { #"{"prediction": "\#($0)", "ground_truth": ["_f", "C"]}"# }.joined(separator: "\n")
    let file = PredictionFile(path: "gpt4/preds_code_debug.jsonl", bytes: Array(rows.utf8))
    #expect(try BenchmarkScorer.infiniteBench(task: "code_debug", predictions: file).score == 0)
    #expect(try BenchmarkScorer.infiniteBench(task: "code_debug", predictions: file, version: .august2024).score == 50)
    #expect(throws: ScoringError.self) { try BenchmarkScorer.infiniteBench(task: "code", predictions: file) }
  }

  // MARK: HELMET

  @Test(
    "words are cut to their stems as NLTK's Porter stemmer does",
    arguments: [
      ("harvesting", "harvest"), ("relational", "relat"), ("happily", "happili"), ("denied", "deni"), ("flies", "fli"),
      ("dying", "die"), ("generalization", "gener"), ("skies", "sky"), ("controlling", "control"),
      ("possibly", "possibl"), ("apologist", "apologist"), ("hopefulness", "hope"), ("adoption", "adopt"),
      ("kneeling", "kneel"), ("agreed", "agre"), ("tanned", "tan"), ("hissing", "hiss"), ("probable", "probabl"),
      ("rate", "rate"), ("cease", "ceas"),
    ])
  func stems(word: String, stem: String) { #expect(PorterStemmer.stem(CodePoints(word)).text == stem) }

  @Test("HELMET reads what stands behind a prefix anywhere, else the first line")
  func parsing() {
    #expect(HELMETAnswer.parsed("So ANSWER: Answer: a boat \nmore", prefix: "Answer:") == "a boat")
    #expect(HELMETAnswer.parsed("Answer:\na boat", prefix: "Answer:").isEmpty)
    #expect(HELMETAnswer.parsed(" a boat\nmore", prefix: "Answer:") == "a boat")
  }

  @Test("HELMET takes the better of reply and parsed text; a classification only what was parsed")
  func readings() {
    func answer(_ reply: String, _ references: [String], _ reading: HELMETAnswer.Reading) -> [String: Double] {
      HELMETAnswer(prediction: reply, references: references, reading: reading).scores
    }
    #expect(answer("Answer: the boat\nlater", ["A boat"], .standard)["exact_match"] == 1)
    #expect(answer("a catalog", ["cat"], .standard)["substring_exact_match"] == 1)
    #expect(answer("yes it was", ["no"], .standard)["f1"] == 0)
    #expect(answer("boats sailed", ["the boat sails"], .standard)["rougeL_recall"] == 2.0 / 3)
    #expect(answer("17\nlabel: 3", ["17"], .inContextLearning)["exact_match"] == 0)
    #expect(answer("label: 3", ["3"], .inContextLearning)["exact_match"] == 1)
    #expect(answer("It is b. blue boats", ["B", "B. Blue boats"], .choice)["exact_match"] == 1)
    #expect(answer("", ["A", "A. Blue boats"], .choice)["exact_match"] == 1)
    #expect(HELMETAnswer.isArticleArtifact(prediction: "", references: ["A", "A. Blue boats"]))
    #expect(!HELMETAnswer.isArticleArtifact(prediction: "A", references: ["A", "A. Blue boats"]))
    #expect(!HELMETAnswer.isArticleArtifact(prediction: "", references: ["B", "B. Blue boats"]))
  }

  @Test("a ranking is the longest chain of numbers; NDCG is trec_eval's, rounded to five decimals")
  func ranking() {
    #expect(HELMETRanking(reading: "Ranking: [ID: 3] > ID 12 > 3 and 99").ids == ["3", "12"])
    #expect(HELMETRanking(reading: "123456789 or 3 > 1").ids == ["123456789"])
    #expect(HELMETRanking(reading: "none").ids == ["none"])
    let scores = HELMETRanking(reading: "2 > 9 > 1").scores(labels: ["1": 3, "2": 1, "3": 0], documentCount: 5)
    let named = Dictionary(uniqueKeysWithValues: scores)
    // (1 + 3/2) / (3 + 1/log2(3))
    #expect(named["NDCG@5"] == PythonRounding.round(2.5 / (3 + 1 / log2(3)), 5))
    #expect(named["MAP@5"] == 0.83333 && named["P@5"] == 0.4 && named["MRR"] == 1 && named["NDCG@10"] == nil)
    let nothing = HELMETRanking(reading: "1").scores(labels: ["1": 0], documentCount: 1)
    #expect(nothing.allSatisfy { $0.value == 0 || $0.name == "num_preds" })
  }

  @Test("ALCE's answers are looked for without citations; lists are split at commas")
  func alce() throws {
    #expect(ALCEAnswer.withoutCitations("a boat [1][2], then 3] | [4") == "a boat, then 3")
    let answers = [["boat"], ["sail", "oars"], ["mast"]]
    let asqa = try #require(ALCEAnswer.asqa(output: "A boat [1]\n\nand oars.", shortAnswers: answers))
    #expect(asqa.em == 2.0 / 3 && asqa.hit == 0)
    let six = [["Boat"], ["oar", "oars"], ["sail"], ["x"], ["y"], ["z"]]
    let list = try #require(ALCEAnswer.qampari(output: "boat [1], the oars, mast.", answers: six))
    #expect(list.precision == 2.0 / 3 && list.recall == 2.0 / 6 && list.recallTop5 == 2.0 / 5 && list.count == 3)
    #expect(ALCEAnswer.qampari(output: "a", answers: []) == nil)
  }

  // MARK: LV-Eval

  @Test("LV-Eval gives nothing where less than a fifth of the key words is recalled, ignored words aside")
  func lvEval() {
    let scorer = LVEvalScore()
    #expect(scorer.english(prediction: "the boat", reference: "a boat", keywords: "boat") == 1)
    #expect(scorer.english(prediction: "a house", reference: "a house", keywords: "boat") == 0)
    #expect(scorer.english(prediction: "of the boat", reference: "of the boat", keywords: "of with in on") == 0)
    #expect(scorer.english(prediction: "a house", reference: "house", keywords: "") == 1)
    let none = LVEvalScore(ignoring: .init(english: [], chinese: []))
    #expect(none.english(prediction: "of the boat", reference: "of the boat", keywords: "of with in on") == 1)
  }

  @Test("every official scorer of these benchmarks has a name on the command line")
  func names() {
    let names =
      (ScorerRegistry.longBenchV2 + ScorerRegistry.infiniteBench + ScorerRegistry.helmet + ScorerRegistry.lvEval).map(
        \.name)
    #expect(Set(names).count == names.count && names.count == 1 + 24 + 7 + 3)
    #expect(names.contains("infinitebench/code_debug@2408") && names.contains("helmet/rerank_post_process"))
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByArrayLiteral
{
  /// A text.
  public init(stringLiteral value: String) { self = .string(value) }
  /// A number.
  public init(integerLiteral value: Int) { self = .integer(value) }
  /// A list.
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
}
