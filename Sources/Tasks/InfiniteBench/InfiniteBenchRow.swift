import JSON
import Metrics

/// A row of a file of InfiniteBench, of either generation of the data.
struct InfiniteBenchRow: Sendable {
  /// The row's name.
  let id: String
  /// The text, the list, the expression or the functions.
  let context: String
  /// The question.
  let input: String
  /// The choices; empty without.
  let options: [String]
  /// The label as texts: what a store keeps.
  let label: [String]

  /// A row that is made.
  init(id: String, context: String, input: String, label: [String]) {
    self.id = id
    self.context = context
    self.input = input
    self.label = label
    options = []
  }

  /// Reads a row of a task.
  init(_ fields: RowFields, task: InfiniteBenchTask) throws(RowFieldProblem) {
    id = fields.value["id"]?.shown ?? "line-\(fields.line)"
    context = try fields.text("context")
    input = try fields.optionalText("input") ?? ""
    options = fields.value["options"]?.texts ?? []
    guard let answer = fields.value["answer"], let label = Self.label(answer, options: options, task) else {
      throw fields.problem("answer", "an answer of \(task.rawValue)")
    }
    self.label = label
    if task.hasChoices, options.count < 4 { throw fields.problem("options", "four texts") }
  }

  /// The label of an answer; one-element lists are unwrapped where the task has one answer, as they were since August
  /// 2024.
  private static func label(_ answer: JSONValue, options: [String], _ task: InfiniteBenchTask) -> [String]? {
    let single = answer.elements.flatMap { $0.count == 1 ? $0[0] : nil } ?? answer
    switch task {
    case .passkey, .numberString, .keyValue: return single.shown.map { [$0] }
    case .codeRun:
      let whole = single.number.flatMap { Int(exactly: $0) }.map { ["\($0)"] }
      return whole ?? number(single.text, isWhole: true)
    case .mathFind:
      switch single {
      case .integer(let value): return ["\(value)"]
      case .number(let value): return ["\(value)"]
      default: return number(single.text, isWhole: false)
      }
    case .mathCalculation:
      let list = answer.elements?.first?.elements ?? answer.elements ?? []
      let values = list.compactMap { $0.number.flatMap { Int(exactly: $0) } ?? $0.text.flatMap { Int($0) } }
      guard !values.isEmpty, values.count == list.count else { return nil }
      // One text: a row has thousands of numbers.
      return ["[" + values.map { "\($0)" }.joined(separator: ",") + "]"]
    case .choice, .codeDebug:
      let texts = answer.texts ?? answer.text.map { [$0] } ?? []
      if texts.count == 2, LongBenchV2Row.letters.contains(texts[1]) { return texts }
      guard let first = texts.first, let index = options.firstIndex(of: first),
        LongBenchV2Row.letters.indices.contains(index)
      else { return nil }
      return [first, LongBenchV2Row.letters[index]]
    case .summary, .question, .dialogue, .chineseQuestion:
      let texts = answer.texts ?? answer.text.map { [$0] } ?? []
      return texts.isEmpty ? nil : texts
    }
  }

  /// A number that was turned into a text on its way.
  private static func number(_ text: String?, isWhole: Bool) -> [String]? {
    guard let text else { return nil }
    if let value = Int(text) { return ["\(value)"] }
    return isWhole ? nil : Double(text).map { ["\($0)"] }
  }

  /// The label as the scorer takes it.
  static func label(_ texts: [String], _ task: InfiniteBenchTask) -> JSONValue {
    switch task {
    case .passkey, .numberString, .keyValue: .string(texts.first ?? "")
    case .codeRun, .mathFind, .mathCalculation: JSONValue(json: texts.first ?? "") ?? .null
    default: .array(texts.map { .string($0) })
    }
  }
}

extension InfiniteBenchTask {
  /// True where the answer is one of four letters.
  var hasChoices: Bool { self == .choice || self == .codeDebug }
}
