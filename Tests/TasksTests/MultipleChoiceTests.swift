import Evaluation
import Foundation
import Metrics
import Testing

@testable import Tasks

@Suite struct MultipleChoiceTests {
  private func task(_ rows: [String], _ more: [String: Value] = [:]) throws -> MultipleChoice {
    let path = try folder(["rows.jsonl": rows.joined(separator: "\n")]) + "/rows.jsonl"
    return try MultipleChoice(settings: TaskSettings(["path": .text(path)].merging(more) { $1 }))
  }

  private func samples(_ task: MultipleChoice, chat: String? = nil) throws -> [Sample] {
    try task.samples(of: task.cells[0], in: byteContext(chat: chat))
  }

  private static let row = "{\"question\": \"Q?\", \"choices\": [\"one\", \"twelve\"], \"answer\": 1}"

  @Test(
    "the common forms of choices and answers are read",
    arguments: [
      ("{\"question\": \"Q?\", \"choices\": [\"a b\", \"c\"], \"answer\": \"B\"}", [:]),
      ("{\"question\": \"Q?\", \"choices\": [\"a b\", \"c\"], \"answer\": \"c\"}", [:]),
      ("{\"question\": \"Q?\", \"choices\": [\"a b\", \"c\"], \"answer\": [1]}", [:]),
      (
        "{\"question\": \"Q?\", \"choices\": {\"text\": [\"a b\", \"c\"], \"label\": [\"1\", \"2\"]}, \"answer\": \"2\"}",
        [:]
      ),
      ("{\"question\": \"Q?\", \"choices\": {\"a b\": 0, \"c\": 1}}", [:]),
      ("{\"question\": \"Q?\", \"choices\": {\"choices\": [\"a b\", \"c\"], \"labels\": [0, 1]}}", [:]),
      (
        "{\"q\": {\"stem\": \"Q?\", \"choices\": [{\"text\": \"a b\", \"label\": \"X\"}, {\"text\": \"c\", \"label\": \"Y\"}]}, "
          + "\"key\": \"Y\"}",
        ["question-field": "q.stem", "choices-field": "q.choices", "answer-field": "key"]
      ),
    ])
  func forms(_ row: String, _ fields: [String: String]) throws {
    let sample = try #require(try samples(task([row], fields.mapValues { .text($0) })).first)
    #expect(sample.text == "Question: Q?\nAnswer:")
    #expect(sample.fact("choices") == .list([.text("a b"), .text("c")]))
    #expect(sample.fact("right") == .list([.integer(1)]) && sample.expected == ["c"])
  }

  @Test("a row that is none of them is left out with file and line; a file of such rows is an error")
  func damaged() throws {
    let task = try task([Self.row, "{\"question\": \"Q?\", \"choices\": [\"a\", \"b\"], \"answer\": 2}"])
    #expect(try samples(task).count == 1)
    #expect(try task.warnings(in: byteContext()).count == 1)
    #expect(throws: TaskError.self) { try self.task(["{\"question\": \"Q?\", \"choices\": [\"a\"], \"answer\": 0}"]) }
  }

  @Test("continuations are the tokens that the whole text has beyond the prompt's")
  func tokens() throws {
    let cloze = try #require(try samples(task([Self.row])).first)
    guard case .choices(let prefix, let continuations) = cloze.request else {
      Issue.record("\(cloze.request)")
      return
    }
    #expect(prefix == [256] + "Question: Q?\nAnswer:".utf8.map { Int($0) })
    #expect(continuations == [" one", " twelve"].map { $0.utf8.map { Int($0) } })
    let letters = try #require(try samples(task([Self.row], ["style": .text("letters")])).first)
    #expect(letters.text == "Q?\nA. one\nB. twelve\nAnswer:")
    guard case .choices(_, let letterTokens) = letters.request else { return }
    #expect(letterTokens == [" A", " B"].map { $0.utf8.map { Int($0) } })
    // Behind chat markers there is no space to put before a choice.
    let chat = try #require(try samples(task([Self.row]), chat: "llama-2").first)
    guard case .choices(_, let bare) = chat.request else { return }
    #expect(bare == ["one", "twelve"].map { $0.utf8.map { Int($0) } })
  }

  @Test("examples stand before the question with their answers")
  func shots() throws {
    let shots = try folder([
      "shots.jsonl": "{\"question\": \"S?\", \"choices\": [\"yes\", \"no\"], \"answer\": \"A\"}\n"
    ])
    let more: [String: Value] = ["shots-path": .text(shots + "/shots.jsonl"), "instruction": .text("Answer well.")]
    let task = try task([Self.row], more)
    #expect(
      try samples(task).first?.text == "Answer well.\n\nQuestion: S?\nAnswer: yes\n\nQuestion: Q?\nAnswer:")
    #expect(task.protocolName == "multiple-choice/cloze-v1+1-shot")
    #expect(throws: TaskError.self) { try self.task([Self.row], more.merging(["shots": .integer(2)]) { $1 }) }
    #expect(throws: TaskError.self) { try self.task([Self.row], ["shots": .integer(2)]) }
  }

  @Test("accuracy by sum and by length, and the share of probability on right choices")
  func scores() throws {
    let task = try task([Self.row])
    let sample = try #require(try samples(task).first)
    func score(_ values: [[Float]]) -> [Double?] {
      task.scores(of: sample.reference, outcome: .choiceLogProbabilities(values)).map(\.value)
    }
    // "one" has 3 characters and "twelve" 6: -3/3 against -4/6.
    let values = score([[-1, -2], [-2, -2]])
    #expect(values.prefix(3) == [0, 1, 1])
    #expect(abs((values[3] ?? 0) - 1 / (1 + exp(1.0))) < 1e-12)
    let letters = try self.task([Self.row], ["style": .text("letters")])
    let byLetter = letters.scores(of: sample.reference, outcome: .choiceLogProbabilities([[-3], [-4]])).map(\.value)
    #expect(byLetter.prefix(3) == [0, 0, 0], "letters are equally long")
    #expect(score([[-1], [-1]]).prefix(3) == [0, 1, 1], "the first of equals counts")
    #expect(score([[-.infinity], [-1]]).allSatisfy { $0 == nil })
    #expect(score([[-1]]).allSatisfy { $0 == nil })
    let answer = task.answer(of: sample.reference, outcome: .choiceLogProbabilities([[-1, -2], [-2, -2]]))
    #expect(answer == "A. one [log-probabilities A -3.0, B -4.0]")
    #expect(task.metrics.map(\.name) == ["accuracy", "accuracy_norm_chars", "accuracy_norm_bytes", "mc2"])
  }

  @Test("where several choices are right, any of them is")
  func severalRight() throws {
    let task = try task(["{\"question\": \"Q?\", \"choices\": {\"a\": 1, \"b\": 0, \"c\": 1}}"])
    let sample = try #require(try samples(task).first)
    let values = task.scores(of: sample.reference, outcome: .choiceLogProbabilities([[-9], [-1], [-1]])).map(\.value)
    #expect(values[0] == 0, "the first of equals is wrong here")
    #expect(abs((values[3] ?? 0) - 0.5) < 0.001)
    #expect(task.scores(of: sample.reference, outcome: .choiceLogProbabilities([[-9], [-2], [-1]])).first?.value == 1)
  }

  @Test("of two choices with one text the right one is known by its place")
  func equalTexts() throws {
    let rows = (0..<2).map { "{\"question\": \"Q?\", \"choices\": [\"red\", \"red\", \"blue\"], \"answer\": \($0)}" }
    let task = try task(rows, ["style": .text("letters")])
    // The likeliest letter is B.
    let values = try samples(task).map { sample in
      task.scores(of: sample.reference, outcome: .choiceLogProbabilities([[-2], [-1], [-3]])).map { $0.value ?? -1 }
    }
    #expect(values.map { $0[0] } == [0, 1])
    let whole = exp(-2.0) + exp(-1.0) + exp(-3.0)
    #expect(abs(values[0][3] - exp(-2) / whole) < 1e-7 && abs(values[1][3] - exp(-1) / whole) < 1e-7)
  }

  @Test("a prompt of one's own: the bare context, other fields of the row, the list of choices")
  func prompts() throws {
    let row =
      "{\"activity\": \"Rowing\", \"question\": \"A boat\", \"choices\": [\"sinks\", \"floats\"], \"answer\": \"1\"}"
    func text(_ more: [String: Value]) throws -> String? { try samples(task([row], more)).first?.text }
    #expect(try text(["prompt": .text("{question}")]) == "A boat")
    #expect(try text(["prompt": .text("{activity}: {question}")]) == "Rowing: A boat")
    let letters: [String: Value] = ["prompt": .text("{choices}\nQ: {question}\nA:"), "style": .text("letters")]
    #expect(try text(letters) == "A. sinks\nB. floats\nQ: A boat\nA:")
    let bare = try task([row], ["prompt": .text("{question}")])
    guard case .choices(_, let continuations)? = try samples(bare).first?.request else { return }
    #expect(continuations == [" sinks", " floats"].map { $0.utf8.map { Int($0) } })
    // Another prompt is another protocol; the digit of an answer without such a label is an index from 0.
    #expect(bare.protocolName.hasPrefix("multiple-choice/cloze-v1+0-shot+prompt-"))
    #expect(try samples(bare).first?.expected == ["floats"])
    #expect(bare.protocolNotes.contains { $0.contains("index of a choice from 0") })
    #expect(throws: TaskError.self) { try task([row], ["prompt": .text("no field")]) }
    #expect(throws: TaskError.self) { try task([row], ["prompt": .text("{nowhere}")]) }
  }

  @Test("the number of a worked answer, marked or last")
  func numbers() {
    #expect(NumberAnswer.strict("so 5\n#### 1,234 and #### 7") == "1234")
    #expect(NumberAnswer.strict("#### -3.5") == "-3.5")
    #expect(NumberAnswer.strict("####5 or #### x") == nil)
    #expect(NumberAnswer.last("She pays $1,460.") == "1460")
    #expect(NumberAnswer.last("12 - 5 = 7 apples.") == "7")
    #expect(NumberAnswer.last("minus -4") == "-4")
    #expect(NumberAnswer.last("none.") == nil)
    #expect(NumberAnswer.isEqual("1460", "1,460") == 1)
    #expect(NumberAnswer.isEqual(nil, "1") == 0)
  }

  @Test("GSM8K: worked examples, the stop text and both scores")
  func arithmetic() throws {
    let task = try GSM8K(
      settings: TaskSettings([
        "path": .text(datasets + "/multiple-choice/arithmetic.jsonl"),
        "shots-path": .text(datasets + "/multiple-choice/arithmetic-shots.jsonl"), "shots": .integer(1),
      ]))
    let all = try task.samples(of: task.cells[0], in: byteContext())
    #expect(all.map(\.expected) == [["7"], ["108"], ["1460"]])
    #expect(all[0].text.hasPrefix("Question: Tom reads") && all[0].text.hasSuffix("How many apples are left?\nAnswer:"))
    guard case .generate(_, 256, _, ["Question:"], _) = all[0].request else {
      Issue.record("\(all[0].request)")
      return
    }
    let outcome = Outcome.generation(tokens: [], text: " It is 12 - 5 = 7.", finishReason: .stop)
    #expect(task.scores(of: all[0].reference, outcome: outcome).map(\.value) == [1, 0])
  }
}
