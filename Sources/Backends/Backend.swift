import Evaluation
import Positions
public import Tokenizers

/// Where a kind of model comes from: the engine, a script in tests, a server.
///
/// Every model entry of a configuration has one. What is asked here needs no weights; only `load` does.
public protocol Backend: AnyObject {
  /// The version of the arithmetic: everything that can move a number, kernels and device included.
  var numericsVersion: String { get }
  /// Names and values for the record of a run: engine, kernels, BLAS.
  var environment: [String: String] { get }

  /// What of a model is there and what is missing.
  func inventory(of model: ModelSpecification) -> ModelInventory

  /// What is known of a model without its weights.
  ///
  /// - Throws: `BackendError.unusable`.
  func facts(of model: ModelSpecification) throws(BackendError) -> ModelFacts

  /// The model's tokenizer.
  ///
  /// - Throws: `BackendError.unusable`.
  func tokenizer(of model: ModelSpecification) throws(BackendError) -> Tokenizer

  /// What a model can be asked for.
  ///
  /// - Throws: `BackendError.unusable`.
  func capabilities(of model: ModelSpecification) throws(BackendError) -> Capabilities

  /// What every table should say of a model's results beside the task's own notes.
  ///
  /// - Throws: `BackendError.unusable`.
  func notes(on model: ModelSpecification) throws(BackendError) -> [String]

  /// The hash that names a model's weights in the identities of its results, without loading them for use.
  ///
  /// - Parameters:
  ///   - model: the model.
  ///   - hashes: remembers hashes of large files between runs.
  /// - Returns: what `LoadedModel.modelHash` will say; nil where it cannot be known before loading, as of weights that
  ///   are not there.
  /// - Throws: `BackendError.unusable`.
  func modelHash(of model: ModelSpecification, hashes: any FileHashCache) throws(BackendError) -> String?

  /// Loads the weights.
  ///
  /// - Parameters:
  ///   - model: the model.
  ///   - hashes: remembers hashes of large files between runs.
  /// - Returns: a model that is used by one caller at a time.
  /// - Throws: `BackendError.unusable`.
  func load(_ model: ModelSpecification, hashes: any FileHashCache) throws(BackendError) -> any LoadedModel
}

extension Backend {
  /// Everything.
  public func capabilities(of model: ModelSpecification) throws(BackendError) -> Capabilities { Capabilities() }
  /// Nothing.
  public func notes(on model: ModelSpecification) throws(BackendError) -> [String] { [] }
}

/// The files of a model: which ones it needs, and which of them are there.
public struct ModelInventory: Hashable, Sendable {
  /// Files that are missing, each with its alternatives; empty when everything is there.
  public var missing: [String]
  /// Weight files that are missing; a plan does without them.
  public var missingWeights: [String]
  /// Bytes of the weight files that are there.
  public var weightByteCount: Int

  /// An inventory; by default nothing is missing.
  public init(missing: [String] = [], missingWeights: [String] = [], weightByteCount: Int = 0) {
    self.missing = missing
    self.missingWeights = missingWeights
    self.weightByteCount = weightByteCount
  }
}

/// Remembers the hashes of large files by path, size and time of change.
public protocol FileHashCache {
  /// The hash of a file that has not changed since it was remembered.
  func hash(ofFile path: String, byteCount: Int, modified: Double) -> String?
  /// Remembers the hash of a file.
  func remember(_ hash: String, ofFile path: String, byteCount: Int, modified: Double)
}
