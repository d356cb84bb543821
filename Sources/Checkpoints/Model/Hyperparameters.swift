/// A complete description of a model's computation as data, so that one forward pass serves every family.
///
/// Which biases, query/key norms and norms behind the blocks exist is not declared here: the presence of the tensor
/// decides. Everything that was read from a file has passed `validate`.
public struct Hyperparameters: Sendable, Equatable {
  /// The family.
  public var architecture: Architecture
  /// The context window L in tokens: `max_position_embeddings`, `*.context_length`.
  public var contextWindow: Int
  /// The width of the residual stream, E.
  public var hiddenSize: Int
  /// The width of the feed-forward network, F.
  public var intermediateSize: Int
  /// The number of layers.
  public var layerCount: Int
  /// The number of query heads, H.
  public var headCount: Int
  /// The number of key and value heads, K; H is a multiple of it.
  public var keyValueHeadCount: Int
  /// The width of one head, D; H times D need not be E.
  public var headDimension: Int
  /// The number of rows of the embedding, V.
  public var vocabularySize: Int

  /// The number that a norm adds to the variance.
  public var normEpsilon: Float = 1e-6
  /// Which norm the model uses throughout (query and key norms are always RMS).
  public var norm = Norm.rms
  /// What is added to every norm weight before it multiplies: 1 where the file stores w of (1 + w).
  public var normWeightOffset: Float = 0
  /// The feed-forward network's nonlinearity.
  public var activation = Activation.silu
  /// Whether the feed-forward network is down(activation(gate(x)) * up(x)) instead of down(activation(up(x))).
  public var gatedFeedForward = true
  /// Whether attention and feed-forward both read the same normed input and are added together (Phi).
  public var parallelBlock = false

  /// The base of the rotary frequencies.
  public var ropeTheta = 10000.0
  /// The base in layers with a sliding window where they have a rotary embedding of their own (Gemma 3).
  public var localRopeTheta: Double?
  /// How positions are stretched.
  public var ropeScaling = RopeScaling.none
  /// How positions are stretched in layers with a sliding window, where `localRopeTheta` is given.
  public var localRopeScaling = RopeScaling.none
  /// A tensor of `rotaryDimension / 2` numbers by which each frequency is divided, in a GGUF file with Llama 3's scaling.
  public var ropeFrequencyFactors: String?
  /// How many leading elements of a head are rotated; even, at most D.
  public var rotaryDimension: Int
  /// Which elements are rotated together.
  public var ropePairing = RopePairing.halves

  /// The sliding window in tokens, where a layer has one: a key is visible iff query - key < window.
  public var slidingWindow: Int?
  /// Which layers have the sliding window, one entry per layer; empty without one.
  public var slidingWindowLayers: [Bool] = []
  /// The number by which scores are multiplied before the softmax.
  public var attentionScale: Float
  /// The cap c of scores, c tanh(score / c); nil without one.
  public var attentionSoftcap: Float?
  /// The cap c of logits, c tanh(logit / c); nil without one.
  public var finalSoftcap: Float?
  /// The number by which embeddings are multiplied.
  public var embeddingScale: Float = 1
  /// Whether the output projection is the embedding matrix.
  public var tiedEmbeddings = false

  /// The token that begins a sequence, where the files name one.
  public var bosTokenID: Int?
  /// The tokens that end a generation, in the order of the files; empty where they name none.
  public var eosTokenIDs: [Int] = []

  /// A description with the sizes given and everything else as in Llama.
  public init(
    architecture: Architecture, contextWindow: Int, hiddenSize: Int, intermediateSize: Int, layerCount: Int,
    headCount: Int, keyValueHeadCount: Int, headDimension: Int, vocabularySize: Int
  ) {
    self.architecture = architecture
    self.contextWindow = contextWindow
    self.hiddenSize = hiddenSize
    self.intermediateSize = intermediateSize
    self.layerCount = layerCount
    self.headCount = headCount
    self.keyValueHeadCount = keyValueHeadCount
    self.headDimension = headDimension
    self.vocabularySize = vocabularySize
    rotaryDimension = headDimension
    attentionScale = Float(1 / Double(headDimension).squareRoot())
  }

  /// Whether a layer sees only the keys inside the sliding window.
  public func usesSlidingWindow(layer: Int) -> Bool {
    slidingWindow != nil && layer < slidingWindowLayers.count && slidingWindowLayers[layer]
  }

  /// The rotary base of a layer.
  public func ropeTheta(layer: Int) -> Double {
    usesSlidingWindow(layer: layer) ? localRopeTheta ?? ropeTheta : ropeTheta
  }

  /// The scaling of a layer's positions.
  public func ropeScaling(layer: Int) -> RopeScaling {
    localRopeTheta != nil && usesSlidingWindow(layer: layer) ? localRopeScaling : ropeScaling
  }

  /// The width of all query heads together.
  public var queryWidth: Int { headCount * headDimension }
  /// The width of all key heads together.
  public var keyValueWidth: Int { keyValueHeadCount * headDimension }
}

/// The norms in use.
public enum Norm: String, Sendable {
  /// x / sqrt(mean(x²) + epsilon) times weight.
  case rms
  /// (x - mean) / sqrt(variance + epsilon) times weight plus bias.
  case layer
}

/// The nonlinearities in use.
public enum Activation: String, Sendable {
  /// x / (1 + exp(-x)).
  case silu
  /// x Φ(x), with the error function.
  case gelu
  /// x Φ(x), with its approximation by the hyperbolic tangent.
  case geluTanh
}

/// Which two elements of a head are rotated by one angle.
public enum RopePairing: String, Sendable {
  /// Element i with element i + rotaryDimension / 2.
  case halves
  /// Element 2i with element 2i + 1: how GGUF files of `llama` store queries and keys.
  case interleaved
}
