import Foundation
import Metrics
import Testing

/// Values computed with the official code and packages (PROTOCOLS, golden values).
@Suite struct LongBenchMetricTests {
  private func score(
    _ metric: LongBenchMetric, _ prediction: String, _ reference: String, _ classes: [String]? = nil
  ) -> Double? {
    metric.score(prediction: prediction, reference: reference, allClasses: classes).number
  }

  private func expectClose(_ value: Double?, _ expected: Double, _ label: String) throws {
    #expect(abs(try #require(value) - expected) < 1e-9, "\(label): \(String(describing: value)), wanted \(expected)")
  }

  @Test(
    "ROUGE-L of the package rouge 1.0.1",
    arguments: [
      ("the cat sat on the mat.", "the cat was on the mat.", 0.799999995),
      ("The report finds costs rose. Savings fell.", "Costs rose. The savings fell sharply.", 0.4615384565680473),
      ("w1 w2 w6 w7 w8. w1 w3 w8 w9 w5", "w1 w2 w3 w4 w5", 0.6153846106508877),
      ("same same same same", "same other", 0.6666666622), ("a b c d", "a b c d", 0.999999995),
      ("", "a", 0), (".", "a", 0),
    ])
  func rouge(prediction: String, reference: String, expected: Double) throws {
    try expectClose(score(.rouge, prediction, reference), expected, prediction)
  }

  @Test("the package's recursion fails above 990 steps, and the failure scores 0")
  func recursion() throws {
    func words(_ count: Int) -> String { (0..<count).map { "w\($0)" }.joined(separator: " ") }
    try expectClose(score(.rouge, words(990), words(990)), 0.999999995, "990 words")
    #expect(score(.rouge, words(991), words(991)) == 0)
    #expect(score(.rouge, words(1000), words(1000)) == 0)
    #expect(score(.rouge, words(5000), "w4998 w4999") ?? 0 > 0, "a short walk on a long side is fine")
    #expect(score(.rouge, words(1000) + " z", words(20) + " y") == 0, "the walk goes over the longer side")
  }

  @Test(
    "token F1",
    arguments: [
      ("The Eiffel Tower, in Paris", "eiffel tower", 2.0 / 3), ("a an the", "the", 0), ("A dog and a dog", "dog", 0.5),
      ("", "", 0), ("u.s.", "US", 1), ("caf\u{e9}", "cafe\u{301}", 0),
    ])
  func f1(prediction: String, reference: String, expected: Double) throws {
    try expectClose(score(.f1, prediction, reference), expected, prediction)
  }

  @Test("numbers are counted as runs of digits")
  func numbers() throws {
    try expectClose(score(.count, "There are 12 paragraphs, not 13", "12"), 0.5, "12 of 12, 13")
    try expectClose(score(.count, "12 12", "12"), 1, "twice")
    try expectClose(score(.count, "none", "12"), 0, "no number")
    try expectClose(score(.retrieval, "Paragraph 3 or 13", "Paragraph 3"), 0.5, "3 and 13")
    try expectClose(score(.chineseRetrieval, "9", "\u{6bb5}\u{843d}9"), 1, "zh")
    #expect(LongBenchMetric.retrieval.score(prediction: "1", reference: "one").number == nil)
  }

  @Test(
    "code is compared by its first line without comment marks; a blank line is one",
    arguments: [
      ("# comment\n\nreturn x", "return x", 0), ("\n\nreturn x // note\nreturn y", "return y", 1),
      ("  return x", "return x", 0.89), ("```python\nreturn x\n```", "return x", 1), ("# only", "return x", 0),
    ])
  func code(prediction: String, reference: String, expected: Double) throws {
    try expectClose(score(.codeSimilarity, prediction, reference), expected, prediction)
  }

  @Test(
    "fuzz.ratio without and with python-Levenshtein",
    arguments: [
      ("tide", "diet", 25, 50), ("    return x + 1", "    return x + 2", 94, 94), ("import os", "import sys", 84, 84),
      ("for i in range(10):", "for j in range(n):", 86, 86), ("print(a)", "print(b)", 88, 88), ("", "x", 0, 0),
      ("", "", 100, 100), ("same", "same", 100, 100),
    ])
  func ratio(a: String, b: String, difflib: Int, indel: Int) {
    #expect(EditSimilarity.difflib.ratio(a, b) == difflib)
    #expect(EditSimilarity.indel.ratio(a, b) == indel)
  }

  @Test("in texts of 200 and more, difflib does not start matches at frequent characters")
  func autojunk() {
    let a = String(repeating: "ab", count: 100)
    #expect(EditSimilarity.difflib.ratio("x" + a, a) == 0)
    #expect(EditSimilarity.difflib.ratio("x" + a.dropLast(), String(a.dropLast())) == 100)
  }

  @Test("classification keeps the official loop over a list that it changes")
  func classification() throws {
    let types = ["Type: Number", "Number of something", "Number", "Other entity", "Other"]
    try expectClose(score(.classification, "Number of something", "Number of something", types), 1, "whole")
    try expectClose(score(.classification, "Number of something", "Number", types), 0.5, "longer class")
    try expectClose(score(.classification, "Other entity and Number", "Other entity", types), 0.5, "two classes")
    let nested = ["x", "xy", "xyz", "xyzw"]
    try expectClose(score(.classification, "x xy xyz xyzw", "xyzw", nested), 0.5, "skipped element")
    #expect(LongBenchMetric.classification.score(prediction: "x", reference: "x").number == nil)
  }

  @Test("rouge_score's ROUGE-1, 2 and L without a stemmer")
  func googleROUGE() {
    let first = GoogleROUGE(prediction: "the cat sat on the mat.", reference: "the cat was on the mat.")
    let second = GoogleROUGE(
      prediction: "The report finds costs rose. Savings fell.", reference: "Costs rose. The savings fell sharply.")
    for (value, expected) in [
      (first.rouge1, 0.833333), (first.rouge2, 0.6), (first.rougeL, 0.833333), (second.rouge1, 0.769231),
      (second.rouge2, 0.363636), (second.rougeL, 0.615385),
    ] { #expect(abs(value - expected) < 1e-6) }
    #expect(GoogleROUGE(prediction: "", reference: "a").rougeLsum == 0)
    let lines = GoogleROUGE(prediction: "a b\nc d", reference: "c d\na b")
    #expect(lines.rougeLsum == 1 && lines.rougeL == 0.5)
  }

  @Test("the average is the mean of the category means, and unknown where a dataset is missing")
  func average() throws {
    var scores = Dictionary(uniqueKeysWithValues: LongBenchDataset.all.map { ($0.name, 10.0) })
    scores["lcc"] = 50
    scores["repobench-p"] = 30
    #expect(abs(try #require(LongBenchDataset.average(of: scores).average) - 15) < 1e-12)
    scores["trec"] = nil
    #expect(LongBenchDataset.average(of: scores).average == nil)
    #expect(LongBenchDataset.all.count == 21 && LongBenchDataset.all.count { $0.isInE } == 13)
    #expect(LongBenchDataset.all.count { $0.isInSixteen } == 16)
    #expect(LongBenchDataset.named("qasper_e")?.name == "qasper")
  }

  @Test("a shorter match elsewhere does not count for best_subspan_em; RULER counts shares")
  func matches() {
    #expect(TextMatch.bestSubspan(prediction: " The Answer is Paris.\nLondon", answers: ["paris"]) == 1)
    #expect(TextMatch.bestSubspan(prediction: "It is\nParis", answers: ["paris"]) == 0)
    #expect(TextMatch.containsValue(prediction: "value: AB-12", value: "ab-12") == 1)
    #expect(TextMatch.shareOfReferences(prediction: "7 and 9", references: ["7", "8"]) == 0.5)
    #expect(TextMatch.shareOfReferences(prediction: "7", references: []) == nil)
    #expect(TextMatch.anyReference(prediction: "7", references: ["8", "7"]) == 1)
  }
}
