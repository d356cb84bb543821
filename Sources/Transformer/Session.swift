import Checkpoints
public import Positions

/// One sequence of tokens under one method: its key/value cache and the forward pass that extends it.
///
/// A session belongs to one caller at a time. Every result has equal bits for any chunking, for a cache cut back to a
/// shared prefix, and for any number of threads.
public final class Session {
  /// The model.
  public let model: Model
  /// How positions and the mask are treated.
  public let method: Method
  /// The tokens whose keys and values are cached, in order.
  public private(set) var tokens: [Int] = []
  /// Asked between layers; true stops the work with `TransformerError.cancelled`.
  public var isCancelled: () -> Bool = { false }
  /// Told the number of tokens that a long call has computed so far.
  public var onProgress: (Int) -> Void = { _ in }
  /// Where the time goes, when somebody wants to know.
  public var profile: ForwardProfile?
  /// The tokens that the whole sequence will have, where that is known; 0 where it is not.
  ///
  /// Rotary frequencies that follow the length (dynamic NTK, LongRoPE) are those of this length or of the present one,
  /// whichever is larger. Known beforehand, it saves computing the cache again whenever the sequence grows.
  public var plannedLength = 0
  /// Tokens that went through the layers since the session began.
  public private(set) var computedTokenCount = 0

  /// The positions whose memory all caches hold.
  var reservedCount = 0

  let device: any Device
  let options: SessionOptions
  let kinds: [Model.LayerKind]
  let state: RunState
  var caches: [any DeviceCache]
  /// By kind of layer; nil where the device caches keys rotated.
  let keyRotations: [KeyRotations?]
  /// Log-probabilities of cached tokens as far as they are known: element t belongs to `tokens[t + 1]`.
  var knownLogProbabilities: [Float] = []
  /// Looks at the residual stream of a pass after so many layers; nil but while an error is looked for.
  var onLayer: ((_ layerCount: Int, Pass) throws(TransformerError) -> Void)?
  /// The length class that the cached tokens of each kind were computed for.
  private var lengthClasses: [Int] = []

  /// An empty sequence.
  ///
  /// - Parameters:
  ///   - model: the model; shared with other sessions.
  ///   - method: how positions and the mask are treated.
  ///   - device: what computes, of the kind that the model was loaded for; nil for the model's own device.
  ///   - options: types and chunking.
  public convenience init(
    model: Model, method: Method, device: (any Device)? = nil, options: SessionOptions = SessionOptions()
  ) {
    let device = device ?? model.device
    let kinds = model.kinds(method)
    let state = RunState(
      model.hyperparameters, device: device, capacity: max(1, options.chunkSize ?? device.chunkSize),
      queryVariants: kinds.map(\.layout.queryMaps.count).max() ?? 1,
      usesBranch: model.layers.contains { $0.postAttentionNorm != nil || $0.postFeedForwardNorm != nil },
      logitRows: max(1, min(options.chunkSize ?? device.chunkSize, 128)))
    self.init(model: model, method: method, device: device, options: options, kinds: kinds, state: state)
  }

  /// An empty sequence of the same model and method as another, with a cache of its own and the other's buffers; the
  /// two are used in turn, by one caller, and can be generated together.
  public convenience init(beside other: Session) {
    self.init(
      model: other.model, method: other.method, device: other.device, options: other.options, kinds: other.kinds,
      state: other.state)
  }

  private init(
    model: Model, method: Method, device: any Device, options: SessionOptions, kinds: [Model.LayerKind],
    state: RunState
  ) {
    self.model = model
    self.method = method
    self.device = device
    self.options = options
    self.kinds = kinds
    self.state = state
    let h = model.hyperparameters
    keyRotations = kinds.map { KeyRotations($0, pairing: h.ropePairing, device: device, options.keyValueType) }
    caches = (0..<h.layerCount).map { layer in
      let variants = kinds[model.kindIndex(layer: layer)].layout.keyMaps.count
      return device.makeCache(
        keyValueHeads: h.keyValueHeadCount, headDimension: h.headDimension,
        keyVariants: device.keyCopyCount(variants: variants, type: options.keyValueType), type: options.keyValueType)
    }
  }

  /// Cuts the cache back to its first `count` tokens.
  public func truncate(to count: Int) {
    guard count < tokens.count else { return }
    tokens.removeLast(tokens.count - count)
    let known = knownLogProbabilities.count - max(0, count - 1)
    if known > 0 { knownLogProbabilities.removeLast(known) }
    for cache in caches { cache.releaseBeyond(count) }
    reservedCount = min(reservedCount, count)
  }

  /// Cuts the cache back to the longest prefix that it shares with `prompt`, leaving at least one token to compute.
  ///
  /// - Returns: the number of tokens that need not be computed again.
  public func reusePrefix(of prompt: [Int]) -> Int {
    let shared = sharedPrefix(with: prompt)
    truncate(to: shared)
    return shared
  }

  /// The number of cached tokens that a prompt begins with, short of its last token.
  func sharedPrefix(with prompt: [Int]) -> Int {
    var shared = 0
    let limit = min(tokens.count, prompt.count - 1)
    while shared < limit, tokens[shared] == prompt[shared] { shared += 1 }
    return shared
  }

  /// Bytes of the key/value cache.
  public var cacheByteCount: Int { caches.reduce(0) { $0 + $1.byteCount } }

  /// Appends tokens to the sequence and visits the logits of the last ones.
  ///
  /// - Parameters:
  ///   - newTokens: ids to append.
  ///   - logitCount: how many of the last new positions need logits.
  ///   - visit: called in order with a buffer `[rows, V]`, the index in `newTokens` of its first row, and its rows.
  /// - Throws: `TransformerError.tokenOutOfRange` `.noMemory`, `.device` or `.cancelled`, or what `visit` throws; then the sequence is as long
  ///   as the last whole chunk.
  func extend(
    _ newTokens: [Int], logitCount: Int,
    visit: (_ logits: any DeviceBuffer, _ first: Int, _ rows: Int) throws(TransformerError) -> Void
  ) throws(TransformerError) {
    let vocabularySize = model.hyperparameters.vocabularySize
    if let index = newTokens.firstIndex(where: { $0 < 0 || $0 >= vocabularySize }) {
      throw .tokenOutOfRange(token: newTokens[index], index: index, vocabularySize: vocabularySize)
    }
    do { try model.checkpoint.requireWholeFiles() } catch { throw .checkpoint(error) }
    let sequenceLength = max(plannedLength, tokens.count + newTokens.count)
    let again = recomputed(for: sequenceLength)
    try reserveMemory(for: sequenceLength)
    let pending = again + newTokens
    let firstLogit = pending.count - logitCount
    var done = 0
    while done < pending.count {
      let rows = min(state.capacity, pending.count - done)
      let chunk = Array(pending[done..<done + rows])
      try forward(Pass(self, chunk, sequenceLength: sequenceLength))
      append(chunk)
      var row = max(firstLogit - done, 0)
      while row < rows {
        let count = min(state.logitRows, rows - row)
        computeLogits(firstRow: row, rows: count)
        let visited = Result { () throws(TransformerError) in
          try visit(state.logits(rows: count), done + row - again.count, count)
        }
        // What a failed device gave says nothing.
        try requireDevice()
        try visited.get()
        row += count
      }
      device.finish()
      try requireDevice()
      done += rows
      onProgress(done)
    }
  }

  /// Throws what went wrong on the device since the last look; the cache is empty then.
  func requireDevice() throws(TransformerError) {
    guard let failure = device.takeFailure() else { return }
    truncate(to: 0)
    throw .device(failure)
  }

  /// Notes tokens whose keys and values a pass has cached.
  func append(_ computed: [Int]) {
    tokens += computed
    computedTokenCount += computed.count
  }

  /// Whether one more token changes the rotary frequencies of those before it.
  var nextTokenStartsAgain: Bool {
    let length = max(plannedLength, tokens.count + 1)
    return lengthClasses(for: length) != lengthClasses
  }

  /// The cached tokens that must be computed again; the cache is emptied of them.
  ///
  /// That happens where the sequence's new length changes the rotary frequencies (dynamic NTK, LongRoPE). So results
  /// are those of a fresh prefill of that length, as they are for every other method.
  private func recomputed(for sequenceLength: Int) -> [Int] {
    let isStale = mustRecompute(for: sequenceLength)
    lengthClasses = lengthClasses(for: sequenceLength)
    guard isStale else { return [] }
    let old = tokens
    truncate(to: 0)
    return old
  }

  /// True where a sequence of that length has other rotary frequencies than the cached tokens.
  func mustRecompute(for sequenceLength: Int) -> Bool {
    !tokens.isEmpty && lengthClasses(for: sequenceLength) != lengthClasses
  }

  private func lengthClasses(for sequenceLength: Int) -> [Int] {
    kinds.map { $0.rotary.scaling.lengthClass(sequenceLength) }
  }
}
