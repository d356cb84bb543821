import Checkpoints
import Foundation
import Kernels
import Positions
import TestSupport
import Testing
import Transformer

@Suite struct IdentityTests {
  private let model: Model

  init() throws {
    model = try Model.load(path: Fixture.folder().appendingPathComponent("model").path)
  }

  private func tokens(_ count: Int, seed: UInt64 = 1) -> [Int] {
    var random = SplitMix64(seed: seed)
    return (0..<count).map { _ in Int.random(in: 0..<model.hyperparameters.vocabularySize, using: &random) }
  }

  private func logits(
    _ tokens: [Int], _ method: String, chunk: Int = 512, threads: Int = 1, type: KeyValueType = .float32,
    set: InstructionSet? = nil
  ) throws -> [Float] {
    let session = Session(
      model: model, method: try Method(parsing: method), workers: Workers(threads: threads, instructionSet: set),
      options: SessionOptions(keyValueType: type, chunkSize: chunk))
    return try session.logits(tokens)
  }

  @Test("G = 1 and a sequence no longer than W are plain attention bit for bit", arguments: [1, 7, 40])
  func plain(length: Int) throws {
    let ids = tokens(length)
    let plain = try logits(ids, "plain")
    #expect(try logits(ids, "self-extend:G=1,W=4") == plain)
    #expect(try logits(ids, "self-extend:G=5,W=\(length)") == plain)
    #expect(try logits(ids, "sliding-window:W=\(length)") == plain)
    if length > 4 { #expect(try logits(ids, "self-extend:G=3,W=4") != plain) }
  }

  @Test(
    "any chunking, thread count and instruction set gives the same bits",
    arguments: [
      "plain", "self-extend:G=4,W=10", "self-extend:G=3,W=10,offset=fractional,logn=16", "sliding-window:W=9",
      "attention-sinks:sinks=2,W=12", "lm-infinite:sinks=2,W=12", "linear:factor=4", "ntk:factor=2",
      "dynamic-ntk:factor=2", "yarn:factor=4", "rerope:W=12", "leaky-rerope:W=12,leak=4", "dual-chunk:chunk=24",
    ])
  func chunking(method: String) throws {
    let ids = tokens(150)
    let whole = try logits(ids, method)
    for chunk in [1, 7, 64] { #expect(try logits(ids, method, chunk: chunk) == whole, "chunks of \(chunk)") }
    for threads in [2, 3] { #expect(try logits(ids, method, threads: threads) == whole, "\(threads) threads") }
    for set in InstructionSet.available { #expect(try logits(ids, method, set: set) == whole, "\(set)") }
    #expect(whole.allSatisfy { $0.isFinite })
  }

  @Test("a cache cut back to a shared prefix gives the same tokens", arguments: ["plain", "self-extend:G=4,W=10"])
  func prefixReuse(method: String) throws {
    let method = try Method(parsing: method)
    let first = tokens(90)
    let second = Array(first.prefix(61)) + tokens(20, seed: 2)
    let workers = Workers(threads: 2)
    let reusing = Session(model: model, method: method, workers: workers)
    _ = try reusing.generate(first, GenerationOptions(maxNewTokens: 8))
    let before = reusing.computedTokenCount
    let reused = try reusing.generate(second, GenerationOptions(maxNewTokens: 8))
    #expect(reusing.computedTokenCount - before == 20 + 7)
    let fresh = Session(model: model, method: method, workers: workers)
    #expect(try fresh.generate(second, GenerationOptions(maxNewTokens: 8)) == reused)
  }

  @Test("no stop token is taken before the minimum of new tokens, and the next best one is")
  func minimum() throws {
    let session = Session(model: model, method: .plain, workers: Workers(threads: 1))
    let prompt = tokens(20)
    let free = try session.generate(prompt, GenerationOptions(maxNewTokens: 3)).tokens
    #expect(try session.generate(prompt, GenerationOptions(maxNewTokens: 3, stopTokens: [free[0]])).tokens.isEmpty)
    var options = GenerationOptions(maxNewTokens: 3, stopTokens: [free[0]])
    options.minNewTokens = 1
    let forced = try session.generate(prompt, options)
    let second = try #require(forced.tokens.first)
    #expect(second != free[0])
    let row = try logits(prompt, "plain").suffix(model.hyperparameters.vocabularySize)
    let values = Array(row)
    #expect(values.indices.allSatisfy { $0 == free[0] || values[$0] <= values[second] })
  }

  private static let methods = [
    "plain", "self-extend:G=4,W=10", "sliding-window:W=9", "dynamic-ntk:factor=2", "yarn:factor=4", "rerope:W=12",
  ]

  @Test("scores that reuse a prefix have the bits of scores that do not", arguments: methods)
  func scoreReuse(method: String) throws {
    let method = try Method(parsing: method)
    let workers = Workers(threads: 1)
    let reusing = Session(model: model, method: method, workers: workers, options: SessionOptions(chunkSize: 16))
    let first = tokens(90)
    let other = Array(first.prefix(61)) + tokens(30, seed: 2)
    let sequences = [
      first, other, first, Array(first.prefix(40)), other + tokens(20, seed: 3), Array(other.suffix(50)),
    ]
    for (index, sequence) in sequences.enumerated() {
      for last in [nil, 5] {
        let fresh = Session(model: model, method: method, workers: workers)
        #expect(try reusing.score(sequence, last: last) == fresh.score(sequence, last: last), "\(index)")
      }
      // A generation in between, whose tokens have no known values.
      if index == 2 { _ = try reusing.generate(first + [3], GenerationOptions(maxNewTokens: 4)) }
    }
  }

  @Test("a score computes only what is new, and reports its progress from the beginning")
  func scoreReuseCount() throws {
    let session = Session(model: model, method: .plain, workers: Workers(threads: 1))
    let first = tokens(90)
    _ = try session.score(first)
    let before = session.computedTokenCount
    var progress: [Int] = []
    session.onProgress = { progress.append($0) }
    _ = try session.score(Array(first.prefix(61)) + tokens(30, seed: 2))
    // 61 tokens are shared; the last of them is computed again, for the value after it.
    #expect(session.computedTokenCount - before == 90 - 60)
    #expect(progress == [90])
    _ = try session.score(first, last: 4)
    #expect(progress == [90, 89])
  }

  @Test(
    "continuations have the bits of the whole sequence's scores, and the prefix is computed once", arguments: methods)
  func choices(method: String) throws {
    let method = try Method(parsing: method)
    let workers = Workers(threads: 1)
    let session = Session(model: model, method: method, workers: workers, options: SessionOptions(chunkSize: 16))
    let prefixes = [tokens(70), tokens(70) + tokens(6, seed: 4), tokens(1)]
    let continuations = [[1, 2, 3], [5], [1, 2, 4], [7], [9, 8]]
    for prefix in prefixes {
      let values = try session.choices(prefix: prefix, continuations: continuations)
      for (continuation, value) in zip(continuations, values) {
        let fresh = Session(model: model, method: method, workers: workers)
        #expect(try fresh.score(prefix + continuation, last: continuation.count) == value)
      }
    }
    if method == .plain {
      let before = session.computedTokenCount
      _ = try session.choices(prefix: prefixes[0], continuations: continuations)
      // The prefix, and for the other two stems its last token and theirs: [1, 2] came first.
      #expect(session.computedTokenCount - before == 70 - 1 + 2 + 1 + 1 + 1)
    }
    #expect(throws: TransformerError.tooFewTokens(count: 0, minimum: 1)) {
      try session.choices(prefix: [], continuations: [[1]])
    }
    #expect(throws: TransformerError.tooFewTokens(count: 0, minimum: 1)) {
      try session.choices(prefix: [1], continuations: [[1], []])
    }
  }

  @Test(
    "sequences that are decoded together get the tokens they get alone",
    arguments: [
      "plain", "self-extend:G=4,W=10", "self-extend:G=3,W=10,logn=16", "dynamic-ntk:factor=2", "dual-chunk:chunk=24",
    ])
  func together(method: String) throws {
    let workers = Workers(threads: 2)
    let first = Session(model: model, method: try Method(parsing: method), workers: workers)
    let prompts = [tokens(90), tokens(31, seed: 2), tokens(1, seed: 3), tokens(60, seed: 4)]
    let limits = [8, 20, 12, 0]
    let alone = try zip(prompts, limits).map { prompt, limit in
      try Session(model: model, method: first.method, workers: workers)
        .generate(prompt, GenerationOptions(maxNewTokens: limit))
    }
    let stop = try #require(alone[1].tokens.dropFirst(6).first)
    let sessions = [first] + prompts.dropFirst().map { _ in Session(beside: first) }
    for stopTokens in [[], [stop]] as [Set<Int>] {
      let work = prompts.indices.map { index in
        (
          session: sessions[index], prompt: prompts[index],
          options: GenerationOptions(maxNewTokens: limits[index], stopTokens: stopTokens)
        )
      }
      let together = try Session.generateTogether(work)
      let expected = try prompts.indices.map { index in
        try Session(model: model, method: first.method, workers: workers).generate(prompts[index], work[index].options)
      }
      #expect(together == expected)
    }
  }

  @Test("dynamic NTK: a length known beforehand computes no token twice and gives the numbers of a fresh prefill")
  func plannedLength() throws {
    let method = try Method(parsing: "dynamic-ntk:factor=2")
    let window = model.contextWindow
    let prompt = tokens(window - 3)
    let workers = Workers(threads: 2)
    let options = GenerationOptions(maxNewTokens: 12)
    let planned = Session(model: model, method: method, workers: workers)
    planned.plannedLength = prompt.count + 12
    let continuation = try planned.generate(prompt, options)
    #expect(planned.computedTokenCount == prompt.count + 11)
    // Row by row the same as a prefill whose frequencies are those of the planned length.
    let fresh = Session(model: model, method: method, workers: workers)
    fresh.plannedLength = prompt.count + 12
    let columns = model.hyperparameters.vocabularySize
    let rows = try fresh.logits(prompt + continuation.tokens.dropLast(), last: 12)
    for (index, token) in continuation.tokens.enumerated() {
      let row = rows[index * columns..<(index + 1) * columns]
      #expect(row.max() == row[row.startIndex + token])
    }
    // Without it every token beyond L is a prefill of its own.
    let growing = Session(model: model, method: method, workers: workers)
    _ = try growing.generate(prompt, options)
    #expect(growing.computedTokenCount > 5 * window)
  }

  @Test("log-probabilities are those of the logits, and a limit keeps the last ones")
  func scoring() throws {
    let ids = tokens(40)
    let session = Session(model: model, method: .plain, workers: Workers(threads: 1))
    let all = try session.score(ids)
    #expect(all.count == 39)
    #expect(try session.score(ids, last: 5) == Array(all.suffix(5)))
    let rows = try session.logits(ids)
    let columns = model.hyperparameters.vocabularySize
    for position in [0, 17, 38] {
      let row = rows[position * columns..<(position + 1) * columns].map { Double($0) }
      let top = row.max() ?? 0
      let sum = row.reduce(0) { $0 + exponential($1 - top) }
      let wanted = row[ids[position + 1]] - top - logarithm(sum)
      #expect(abs(Double(all[position]) - wanted) < 1e-5)
    }
  }

  @Test("float16 keys and values stay near float32")
  func halfCache() throws {
    let ids = tokens(120)
    let full = try logits(ids, "self-extend:G=4,W=10")
    let half = try logits(ids, "self-extend:G=4,W=10", type: .float16)
    let worst = zip(full, half).map { abs($0 - $1) }.max() ?? .infinity
    #expect(worst > 0 && worst < 0.05)
  }

  @Test("bad tokens and empty prompts are errors, cancelling leaves a usable session")
  func errors() throws {
    let session = Session(model: model, method: .plain, workers: Workers(threads: 1))
    let size = model.hyperparameters.vocabularySize
    #expect(throws: TransformerError.tokenOutOfRange(token: size, index: 1, vocabularySize: size)) {
      try session.score([0, size])
    }
    #expect(throws: TransformerError.tooFewTokens(count: 1, minimum: 2)) { try session.score([0]) }
    session.isCancelled = { true }
    #expect(throws: TransformerError.cancelled) { try session.score(tokens(8)) }
    session.isCancelled = { false }
    #expect(try session.score(tokens(8)).count == 7)
  }
}
