import Digest
import Foundation
import HTTP
import Positions
import Text
public import Tokenizers
import Transformer

/// Models that an inference server runs: llama-server, vLLM, SGLang, or another with OpenAI's routes.
///
/// Whoever asks for facts asks the server; it must be there for a plan, too.
public final class ServerBackend: Backend {
  private let variables: [String: String]
  private let pause: ServerConnection.Pause
  private let isCancelled: () -> Bool
  private var sessions: [ModelSpecification: ServerSession] = [:]

  /// A backend for servers.
  ///
  /// - Parameters:
  ///   - variables: the environment, in which keys are looked up.
  ///   - isCancelled: asked while a server is asked what it is; true stops.
  public convenience init(variables: [String: String], isCancelled: @escaping () -> Bool = { false }) {
    self.init(variables: variables, pause: ServerConnection.sleep, isCancelled: isCancelled)
  }

  init(
    variables: [String: String], pause: @escaping ServerConnection.Pause,
    isCancelled: @escaping () -> Bool = { false }
  ) {
    self.variables = variables
    self.pause = pause
    self.isCancelled = isCancelled
  }

  /// The version of what is made of a server's answers.
  public var numericsVersion: String { "server/1" }
  /// Which servers were asked.
  public var environment: [String: String] {
    var environment: [String: String] = [:]
    for (model, session) in sessions {
      environment["server.\(model.name)"] =
        session.profile.identity().sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
        + " concurrency=\(session.specification.concurrency)"
    }
    return environment
  }

  /// The local tokenizer's files.
  public func inventory(of model: ModelSpecification) -> ModelInventory {
    // None is asked for.
    let isThere = model.path.isEmpty || FileManager.default.fileExists(atPath: model.path)
    return ModelInventory(missing: isThere ? [] : ["\(model.path) (the tokenizer: a GGUF file or a folder)"])
  }

  /// What the server says of its model.
  ///
  /// - Throws: `BackendError.unusable`.
  public func facts(of model: ModelSpecification) throws(BackendError) -> ModelFacts {
    let session = try session(of: model)
    let profile = session.profile
    guard let context = profile.context ?? profile.trainedContext else {
      throw .unusable(
        model, cause: ServerError.setting("context", expected: "the context in tokens: the server does not say its own")
      )
    }
    let parameters = Double(profile.parameterCount ?? 1_000_000_000)
    return ModelFacts(
      contextWindow: profile.trainedContext ?? context, slidingWindow: nil, hasRotaryScaling: false,
      parameterCount: profile.parameterCount ?? 0,
      multiplyAdds: { new, cached, _ in Double(new) * (parameters + 1000 * Double(cached + new / 2)) },
      cacheByteCount: { _, _ in 0 }, activationByteCount: 0, isRemote: true)
  }

  /// The local tokenizer; one that counts bytes where none is named.
  ///
  /// - Throws: `BackendError.unusable`.
  public func tokenizer(of model: ModelSpecification) throws(BackendError) -> Tokenizer {
    if let session = sessions[model] { return session.tokenizer }
    do {
      return try model.path.isEmpty ? Tokenizer.bytes() : Tokenizer.load(modelPath: model.path)
    } catch {
      throw .unusable(model, cause: error)
    }
  }

  /// What was found out by trying.
  ///
  /// - Throws: `BackendError.unusable`.
  public func capabilities(of model: ModelSpecification) throws(BackendError) -> Capabilities {
    let session = try session(of: model)
    let abilities = session.abilities
    let usesTemplate = session.specification.usesServerTemplate
    var capabilities = Capabilities(
      hasMethods: false, scoresTexts: abilities.scoresTexts && !usesTemplate,
      comparesChoices: abilities.comparesChoices && !usesTemplate)
    capabilities.takesTokens = abilities.takesTokens || usesTemplate
    capabilities.takesPictures = session.profile.takesImages && usesTemplate
    // Bytes are no tokens: the server itself says what is too long.
    capabilities.longestSequence = session.countsBytes ? nil : session.profile.context
    capabilities.servedContext = session.profile.context
    capabilities.reasons = abilities.reasons
    if !session.profile.takesImages {
      capabilities.reasons.append("takes no pictures, or does not say so (server.images: true where it does)")
    } else if !usesTemplate {
      capabilities.reasons.append("takes no pictures beside ids: chat: server sends messages")
    }
    return capabilities
  }

  /// What every table should say of its results.
  public func notes(on model: ModelSpecification) throws(BackendError) -> [String] { try session(of: model).notes }

  /// The hash of what the server says of itself and of the weights that it is said to serve.
  ///
  /// - Parameters:
  ///   - model: the model.
  ///   - hashes: remembers hashes of large files between runs.
  /// - Returns: 64 hexadecimal digits.
  /// - Throws: `BackendError.unusable`.
  public func modelHash(
    of model: ModelSpecification, hashes: any FileHashCache
  ) throws(BackendError) -> String? {
    try session(of: model).identity(weights: try weights(of: model, hashes))
  }

  /// The server, with what identifies what it serves.
  ///
  /// - Parameters:
  ///   - model: the model.
  ///   - hashes: remembers hashes of large files between runs.
  /// - Returns: the model.
  /// - Throws: `BackendError.unusable`.
  public func load(
    _ model: ModelSpecification, hashes: any FileHashCache
  ) throws(BackendError) -> any LoadedModel {
    let session = try session(of: model)
    return ServerModel(session, model, hash: session.identity(weights: try weights(of: model, hashes)))
  }

  private func session(of model: ModelSpecification) throws(BackendError) -> ServerSession {
    if let session = sessions[model] { return session }
    guard let server = model.server else {
      throw .unusable(model, cause: ServerError.setting("url", expected: "the server's URL"))
    }
    let tokenizer = try tokenizer(of: model)
    do throws(ServerError) {
      let session = try ServerSession(
        server, key: try key(server), tokenizer: tokenizer, countsBytes: model.path.isEmpty, pause: pause,
        isCancelled: isCancelled)
      sessions[model] = session
      return session
    } catch {
      if error == .cancelled { throw .cancelled }
      throw .unusable(model, cause: error)
    }
  }

  private func key(_ server: ServerSpecification) throws(ServerError) -> Secret? {
    guard let variable = server.keyVariable else { return nil }
    guard let key = Secret(variables[variable] ?? "") else { throw .noKey(variable: variable) }
    return key
  }

  /// The SHA-256 that is given, or that of the weights at a path, as the engine names them.
  private func weights(of model: ModelSpecification, _ hashes: any FileHashCache) throws(BackendError) -> String? {
    guard let given = model.server?.weights else { return nil }
    if given.utf8.count == 64, given.allSatisfy({ $0.isASCII && $0.isHexDigit }) { return given.lowercased() }
    do {
      return try Model.load(path: given, sharesWeights: true).contentHash(
        recall: { hashes.hash(ofFile: $0, byteCount: $1, modified: $2) },
        remember: { hashes.remember($0, ofFile: $1, byteCount: $2, modified: $3) })
    } catch {
      throw .unusable(model, cause: error)
    }
  }
}

/// What `se-eval model --server` prints.
public struct ServerReport: Sendable {
  /// What the server says of itself.
  public let profile: ServerProfile
  /// What was found out by trying; nil where no tokenizer was there to try with.
  public let abilities: ServerAbilities?

  /// Asks a server.
  ///
  /// - Parameters:
  ///   - specification: the server.
  ///   - variables: the environment, in which a key is looked up.
  ///   - tokenizer: the local tokenizer of the model, for trying; nil where there is none.
  /// - Throws: `ServerError`.
  public init(
    of specification: ServerSpecification, variables: [String: String], tokenizer: Tokenizer?
  ) throws(ServerError) {
    var key: Secret?
    if let variable = specification.keyVariable {
      key = Secret(variables[variable] ?? "")
      if key == nil { throw .noKey(variable: variable) }
    }
    if let tokenizer {
      let session = try ServerSession(specification, key: key, tokenizer: tokenizer)
      (profile, abilities) = (session.profile, session.abilities)
    } else {
      let call = ServerCall(
        connection: try ServerSession.connection(to: specification, key: key), isCancelled: { false })
      do throws(ServerFailure) {
        profile = try ServerDiscovery(call: call, specification: specification).profile()
      } catch {
        throw ServerError(error)
      }
      abilities = nil
    }
  }
}
