import Metrics
import Testing

/// Values computed with the official code (PROTOCOLS, golden values).
@Suite struct LEvalTests {
  @Test(
    "one letter is read as upstream reads it",
    arguments: [
      ("(C) because", "C"), ("Answer: D", "A"), ("Because A", "B"), ("", "None"), ("AB", "AB"), ("none", "A"),
    ])
  func choice(prediction: String, expected: String) {
    #expect(LEvalAnswers.choice(prediction: prediction, allowsSeveral: false) == expected)
  }

  @Test(
    "several letters are read as upstream reads them",
    arguments: [
      ("ACD", "ACD"), ("A, C", "A"), ("A. foo\nC. bar", "AC"), ("A and B", "A"),
      ("The correct answers are B and D.", "BD"), ("BA", "AB"), ("none", "A"), ("E) Question B.", "A"),
      ("The answer is B", "B"), ("I choose option DC", "DC"), ("my guess: C, because B", "C"), ("Answer: C", "A"),
      ("(B", "B"), ("X Question: B", "A"),
    ])
  func choices(prediction: String, expected: String) {
    #expect(LEvalAnswers.choice(prediction: prediction, allowsSeveral: true) == expected)
  }

  @Test("the older reading of a Coursera answer guesses A where no letter is marked")
  func olderChoices() {
    let read = { LEvalAnswers.choice(prediction: $0, allowsSeveral: true, reading: .v1) }
    #expect(["The answer is B", "(B", "A. foo\nC. bar", "The answer is B."].map(read) == ["A", "A", "AC", "B"])
  }

  @Test("exact match looks at the whole answer; the older one at the first line of more than one character")
  func lines() {
    let answer = "Sure.\nThe first topic is the role of sports."
    #expect(LEvalExactMatch.score(prediction: answer, reference: "The role of sports") == 1)
    #expect(LEvalExactMatch.score(prediction: answer, reference: "The role of sports", reading: .v1) == 0)
    #expect(LEvalExactMatch.score(prediction: "x\nthe economy", reference: "the economy", reading: .v1) == 1)
    #expect(LEvalTask.topics.exactMatch(prediction: answer, reference: "the role of sports", reading: .v1) == [0])
  }

  @Test(
    "an incomplete choice counts a quarter, other answers by number or containment",
    arguments: [
      ("A", "AB", 0.25), ("AB", "A", 0), ("BA", "AB", 0.25), ("AC", "AB", 0), ("18.0", "18", 1), ("180", "18", 0),
      ("the role of music.", "The role of Music", 1), ("x\nlonger line here", "longer line", 1), ("1_000", "1000", 1),
      ("18 apples", "18", 1),
    ])
  func exactMatch(prediction: String, reference: String, expected: Double) {
    #expect(LEvalExactMatch.score(prediction: prediction, reference: reference) == expected)
  }

  @Test(
    "a number is what is stated, else the last one of the first paragraph",
    arguments: [
      ("The answer is $1,234.50 .", "1234"), ("so we get 42 apples\n\nmore 7", "42"), ("no digit", ""),
      ("The answer is 5. The answer is 6.", "5"), ("first 3 then 4", "4"),
    ])
  func number(text: String, expected: String) {
    #expect(LEvalAnswers.number(text) == expected)
  }

  @Test("judgements that are neither true nor false are errors")
  func judgements() {
    let unsure = LEvalAnswers.judgements(prediction: "Maybe [fact: true]")
    #expect(unsure.loyalty == "<error>" && unsure.fact == "true")
    let none = LEvalAnswers.judgements(prediction: "False.")
    #expect(none.loyalty == "false" && none.fact == "<error>")
    let gold = LEvalAnswers.judgements(reference: "True [fact: False]")
    #expect(gold.loyalty == "true" && gold.fact == "false")
  }

  @Test("a program's output is looked for after the last 'the final output' or at the end")
  func code() {
    #expect(LEvalAnswers.code("[ [1, 2] ], 'a'\n3.0") == "[[1 2]] a 3")
    let way = LEvalTask(named: "codeU")
    #expect(way.exactMatch(prediction: "So the final output is [1, 2]", reference: "[1, 2]") == [1])
    #expect(way.exactMatch(prediction: "one two three four five six seven [1, 2]", reference: "[1, 2]") == [1])
    #expect(way.exactMatch(prediction: "[1, 2] one two three four five six", reference: "[1, 2]") == [0])
  }

  @Test("files are scored row by row: bad rows are named, judged ones left out")
  func file() throws {
    let text = """
      {"query": "q", "gt": "A", "m_pred": "A", "evaluation": "exam"}
      {"query": "q", "gt": "AB", "m_pred": "A", "evaluation": "exam"}
      not json
      {"query": "q", "gt": "A", "m_pred": "A", "evaluation": "LLM"}
      {"query": "q", "gt": "A", "evaluation": "exam"}
      """
    let file = PredictionFile(path: "coursera.pred.jsonl", bytes: Array(text.utf8))
    let score = try BenchmarkScorer.lEval(task: "coursera", predictions: file)
    #expect(score.score == 62.5 && score.scores == [1, 0.25] && score.rowCount == 2)
    #expect(score.problems.map(\.line) == [3, 5])
    #expect(score.notes.contains { $0.contains("judge") })
  }

  @Test("topics come in turn, and their three means are averaged")
  func topics() throws {
    let rows = (0..<6).map { index in
      "{\"gt\": \"topic \(index)\", \"m_pred\": \"topic \(index == 4 ? 9 : index)\", \"evaluation\": \"exam\"}"
    }
    let file = PredictionFile(path: "t", bytes: Array(rows.joined(separator: "\n").utf8))
    let score = try BenchmarkScorer.lEval(task: "topic_retrieval_longchat", predictions: file)
    #expect(score.parts.map(\.value) == [100, 50, 100])
    #expect(abs(try #require(score.score) - 250.0 / 3) < 1e-9)
  }
}
