import Metrics

/// Makes rows in the form of InfiniteBench's synthetic files, of any size, in the project's own words.
///
/// The official generator is not seeded, so that its rows cannot be drawn again.
struct InfiniteBenchGenerator {
  /// The tasks that can be made.
  static let tasks: [InfiniteBenchTask] = [
    .passkey, .numberString, .keyValue, .mathFind, .mathCalculation, .codeRun,
  ]

  let task: InfiniteBenchTask
  /// Where the asked-for thing stands, 0 to 1.
  let depth: Double
  /// The number of the sample.
  let trial: Int
  private let seed: SeededRandom

  init(_ task: InfiniteBenchTask, depth: Double, trial: Int, _ seed: SeededRandom) {
    self.task = task
    self.depth = depth
    self.trial = trial
    self.seed = seed
  }

  /// The least amount that makes sense: lines, pairs, numbers or functions.
  var least: Int { task == .codeRun ? 12 : task == .mathCalculation || task == .mathFind ? 4 : 1 }

  /// A row with that many lines of filler, pairs, numbers, terms or functions.
  func row(amount: Int) -> InfiniteBenchRow {
    var random = seed
    switch task {
    case .passkey: return hidden(amount, "The pass key is", "What is the pass key?", digits(5, &random))
    case .numberString:
      return hidden(amount, "The long number is", "What is the long number?", doubled(digits(5, &random), &random))
    case .keyValue: return keyValue(amount, &random)
    case .mathFind: return mathFind(amount, &random)
    case .mathCalculation: return calculation(amount, &random)
    default: return functions(amount, &random)
    }
  }

  private var id: String { "trial-\(trial)" }

  // MARK: Hidden numbers

  private func digits(_ count: Int, _ random: inout SeededRandom) -> [Int] {
    (0..<count).map { _ in Int.random(in: 0...9, using: &random) }
  }

  /// Five times one of the digits is said twice: long runs of equal digits.
  private func doubled(_ digits: [Int], _ random: inout SeededRandom) -> [Int] {
    var digits = digits
    for _ in 0..<5 {
      let place = Int.random(in: 0..<digits.count, using: &random)
      digits.insert(digits[place], at: place)
    }
    return digits
  }

  private static let filler = "Rain fell on the roof. The cat slept by the stove. Nobody came up the road that day."

  private func hidden(_ amount: Int, _ phrase: String, _ question: String, _ digits: [Int]) -> InfiniteBenchRow {
    let key = digits.map { "\($0)" }.joined()
    let before = Int((Double(amount) * depth).rounded())
    var lines = [String](repeating: Self.filler, count: before)
    lines.append("\(phrase) \(key). Keep it in mind: \(key).")
    lines += [String](repeating: Self.filler, count: amount - before)
    return InfiniteBenchRow(id: id, context: lines.joined(separator: "\n"), input: question, label: [key])
  }

  private func keyValue(_ amount: Int, _ random: inout SeededRandom) -> InfiniteBenchRow {
    func name() -> String {
      let hexadecimal = Array("0123456789abcdef")
      let parts = [8, 4, 4, 4, 12].map { count in
        String((0..<count).map { _ in hexadecimal[Int.random(in: 0..<16, using: &random)] })
      }
      return parts.joined(separator: "-")
    }
    let pairs = (0..<amount).map { _ in (key: name(), value: name()) }
    let asked = pairs[min(amount - 1, Int((Double(amount - 1) * depth).rounded()))]
    let text = pairs.map { "\"\($0.key)\": \"\($0.value)\"" }.joined(separator: ", ")
    return InfiniteBenchRow(
      id: id, context: "JSON data:\n{\(text)}", input: "Key: \"\(asked.key)\"", label: [asked.value])
  }

  // MARK: Mathematics

  private func mathFind(_ amount: Int, _ random: inout SeededRandom) -> InfiniteBenchRow {
    let numbers = (0..<amount).map { _ in Int.random(in: 0...99, using: &random) }
    let sorted = numbers.sorted()
    let middle = Double(sorted[(amount - 1) / 2] + sorted[amount / 2]) / 2
    let kinds: [(name: String, value: Double)] = [
      ("largest number", Double(sorted[amount - 1])), ("second largest number", Double(sorted[amount - 2])),
      ("third largest number", Double(sorted[amount - 3])), ("smallest number", Double(sorted[0])),
      ("second smallest number", Double(sorted[1])), ("third smallest number", Double(sorted[2])),
      ("median number", middle),
    ]
    let kind = kinds[trial % kinds.count]
    let label = Int(exactly: kind.value).map { "\($0)" } ?? "\(kind.value)"
    return InfiniteBenchRow(
      id: id, context: "[" + numbers.map { "\($0)" }.joined(separator: ", ") + "]",
      input: "The \(kind.name) of the list is:", label: [label])
  }

  /// Terms whose running value stays within 0 and 99; the label begins behind the first operation.
  private func calculation(_ amount: Int, _ random: inout SeededRandom) -> InfiniteBenchRow {
    var value = Int.random(in: 0...99, using: &random)
    var text = "\(value)"
    var values: [Int] = []
    for _ in 1..<max(2, amount) {
      let adds = value == 0 || value < 99 && Bool.random(using: &random)
      let term = Int.random(in: 1...(adds ? 99 - value : value), using: &random)
      value += adds ? term : -term
      text += adds ? " + \(term)" : " - \(term)"
      values.append(value)
    }
    return InfiniteBenchRow(
      id: id, context: text, input: "", label: ["[" + values.map { "\($0)" }.joined(separator: ",") + "]"])
  }

  // MARK: Code

  /// Functions in chains of 2, 4, 6, 8 or 10 calls that add or take away a little.
  private func functions(_ amount: Int, _ random: inout SeededRandom) -> InfiniteBenchRow {
    let calls = [2, 4, 6, 8, 10][trial % 5]
    let names = Array(0..<amount).shuffled(using: &random)
    var steps: [Int] = []
    for _ in names { steps.append(Int.random(in: -10...10, using: &random)) }
    var texts = [String](repeating: "", count: amount)
    for (place, name) in names.enumerated() {
      let isLast = place % calls == calls - 1 || place == amount - 1
      let sign = steps[place] < 0 ? "-" : "+"
      let body = isLast ? "x" : "func_\(names[place + 1])(x)"
      texts[name] = "def func_\(name)(x):\n    return \(body) \(sign) \(abs(steps[place]))\n"
    }
    let argument = Int.random(in: -10...10, using: &random)
    let result = argument + steps.prefix(calls).reduce(0, +)
    return InfiniteBenchRow(
      id: id, context: texts.joined(separator: "\n"),
      input: "What does func_\(names[0])(\(argument)) return?", label: ["\(result)"])
  }
}
