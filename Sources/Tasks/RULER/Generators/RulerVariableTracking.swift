/// RULER's variable tracking: names that are bound to a value or to another name, among lines of noise.
///
/// Source: NVIDIA/RULER, scripts/data/synthetic/variable_tracking.py, draw by draw.
struct RulerVariableTracking: RulerGenerator {
  /// What the length is made of.
  private static let exampleLength = 500
  private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
  private static let exampleValue = "12345"

  let template: RulerTemplate
  /// A line of noise.
  let noise: String
  let chainCount: Int
  let hopCount: Int
  /// True for names that never repeat, and an example whose names are exchanged as whole words.
  let isCorrected: Bool
  let step: Int
  private var example = ""
  private var random: PythonRandom
  private var numpy: NumPyRandom

  var generatedTokenCount: Int { template.generatedTokenCount }

  /// Draws the example.
  ///
  /// - Throws: `TaskError.impossibleSample` where two names of it are equal.
  init(
    _ template: RulerTemplate, noise: String, length: Int, seed: Int, chains: Int = 1, hops: Int = 4,
    isCorrected: Bool = false, _ counter: RulerCounter
  ) throws(TaskError) {
    self.template = template
    self.noise = noise
    self.isCorrected = isCorrected
    chainCount = chains
    hopCount = hops
    step = length < 4096 ? 5 : 10
    random = PythonRandom(seed: seed)
    numpy = NumPyRandom(seed: UInt32(truncatingIfNeeded: seed))
    var maker = RulerExample(self)
    let bare = RulerCounter(bare: counter.bare) { (text) throws(TaskError) in counter.bare(text.whole) }
    guard let made = try maker.samples(1, length: Self.exampleLength, bare).first else { return }
    // The draws go on where the example's ended.
    (random, numpy) = (maker.task.random, maker.task.numpy)
    example = made.text.whole + " " + made.answers.joined(separator: " ") + "\n"
  }

  /// The example is made by the same routine before there is one.
  private struct RulerExample: RulerGenerator {
    var task: RulerVariableTracking
    let generatedTokenCount = 0
    let step = 5
    init(_ task: RulerVariableTracking) { self.task = task }

    mutating func largestSize(_ length: Int, _ counter: RulerCounter) throws(TaskError) -> Int {
      guard let text = try probe(step) else { return 0 }
      return Int(Double(length) / (try counter.tokens(per: step, of: text, filling: length)) * 3)
    }

    mutating func probe(_ size: Int) throws(TaskError) -> RulerText? { task.drawn(size, isExample: true)?.text }

    mutating func draw(_ size: Int, index: Int) throws(TaskError) -> RulerDraw? { task.drawn(size, isExample: true) }
  }

  mutating func largestSize(_ length: Int, _ counter: RulerCounter) throws(TaskError) -> Int {
    guard let text = try probe(step) else { return 0 }
    return Int(Double(length) / (try counter.tokens(per: step, of: text, filling: length)) * 3)
  }

  func addedTokenCount(_ counter: RulerCounter) -> Int { counter.bare(example) }

  mutating func probe(_ size: Int) throws(TaskError) -> RulerText? { drawn(size, isExample: false)?.text }

  mutating func draw(_ size: Int, index: Int) throws(TaskError) -> RulerDraw? {
    guard let drawn = drawn(size, isExample: false) else { return nil }
    var text = drawn.text
    text.message = changedExample() + "\n" + text.message
    return RulerDraw(text: text, answers: drawn.answers, size: size)
  }

  // MARK: Draws

  private mutating func name(_ count: Int) -> String {
    String(random.choices(of: Self.letters.count, count: count).map { Self.letters[$0] })
  }

  /// Names and statements of each chain; nil where names that were drawn twice leave a piece too short.
  private mutating func chains(isExample: Bool) -> [(names: [String], lines: [String])]? {
    let size = hopCount + 1
    let count = size * chainCount
    let letterCount = isExample ? 3 : 5
    var names: [String] = []
    if isCorrected {
      while names.count < count {
        let next = name(letterCount)
        if !names.contains(next) { names.append(next) }
      }
    } else {
      for _ in 0..<count { names.append(name(letterCount)) }
      // Names that were drawn twice stay; more are put behind.
      while Set(names).count < count { names.append(name(letterCount)) }
    }
    var chains: [(names: [String], lines: [String])] = []
    for start in stride(from: 0, to: names.count, by: size) {
      let piece = Array(names[start..<min(names.count, start + size)])
      let value = isExample ? Self.exampleValue : "\(numpy.integer(in: 10_000..<99_999))"
      guard piece.count == size else { return nil }
      let links = zip(piece.dropFirst(), piece).map { "VAR \($0) = VAR \($1) " }
      chains.append((piece, ["VAR \(piece[0]) = \(value)"] + links))
    }
    return chains
  }

  private mutating func drawn(_ size: Int, isExample: Bool) -> RulerDraw? {
    guard let chains = chains(isExample: isExample), let first = chains.first else { return nil }
    var lines = Array(repeating: noise, count: size)
    for chain in chains {
      guard chain.lines.count <= lines.count else { return nil }
      let places = random.sample(of: lines.count, count: chain.lines.count).sorted()
      for (offset, place) in places.enumerated() { lines.insert(chain.lines[offset], at: place + offset) }
    }
    // A full stop and a space in front of a line end lose the space.
    let context = lines.enumerated().map { index, line in
      index < lines.count - 1 && line.hasSuffix(". ") ? String(line.dropLast()) : line
    }.joined(separator: "\n")
    let value = first.lines[0].split(separator: " ").last.map(String.init) ?? ""
    let text = template.filled(["context": context, "query": value, "num_v": "\(hopCount + 1)"])
    return RulerDraw(text: text, answers: first.names, size: size)
  }

  /// The example with new names and a new value.
  private mutating func changedExample() -> String {
    var text = example
    let words = text.split(whereSeparator: \.isWhitespace).suffix(hopCount + 1).map(String.init)
    if isCorrected {
      var changes = [Self.exampleValue: "\(numpy.integer(in: 10_000..<99_999))"]
      while changes.count <= words.count {
        let next = name(3)
        guard let word = words.first(where: { changes[$0] == nil }) else { break }
        if !changes.values.contains(next) { changes[word] = next }
      }
      return text.split(separator: " ", omittingEmptySubsequences: false).map { part in
        part.split(separator: "\n", omittingEmptySubsequences: false)
          .map { changes[String($0)] ?? String($0) }.joined(separator: "\n")
      }.joined(separator: " ")
    }
    // A name that is a part of another word is exchanged there, too.
    for word in words { text = text.replacing(word, with: name(word.count)) }
    return text.replacing(Self.exampleValue, with: "\(numpy.integer(in: 10_000..<99_999))")
  }
}
