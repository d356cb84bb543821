import Digest
import HTTP
import JSON
import Tokenizers

/// A server that was asked who it is and what it can do: what a backend knows of one model entry.
final class ServerSession {
  let specification: ServerSpecification
  let connection: ServerConnection
  let tokenizer: Tokenizer
  let profile: ServerProfile
  let abilities: ServerAbilities
  /// No tokenizer of the model is here: a token of the local one is a byte.
  let countsBytes: Bool

  /// Asks a server.
  ///
  /// - Parameters:
  ///   - specification: the server.
  ///   - key: the key that its requests carry.
  ///   - tokenizer: the local tokenizer of the model that it serves.
  ///   - countsBytes: true where that is none of the model's, and only counts bytes.
  ///   - pause: waits between two tries.
  ///   - isCancelled: true stops.
  /// - Throws: `ServerError`.
  init(
    _ specification: ServerSpecification, key: Secret?, tokenizer: Tokenizer, countsBytes: Bool = false,
    pause: @escaping ServerConnection.Pause = ServerConnection.sleep, isCancelled: @escaping () -> Bool = { false }
  ) throws(ServerError) {
    self.specification = specification
    self.tokenizer = tokenizer
    self.countsBytes = countsBytes
    connection = try Self.connection(to: specification, key: key, pause: pause)
    let call = ServerCall(connection: connection, isCancelled: isCancelled)
    do throws(ServerFailure) {
      profile = try ServerDiscovery(call: call, specification: specification).profile()
      abilities =
        countsBytes
        ? .untried : try ServerProbes(profile: profile, tokenizer: tokenizer, call: call).abilities()
    } catch {
      throw ServerError(error)
    }
  }

  static func connection(
    to specification: ServerSpecification, key: Secret?,
    pause: @escaping ServerConnection.Pause = ServerConnection.sleep
  ) throws(ServerError) -> ServerConnection {
    do {
      return ServerConnection(
        client: HTTPClient(try ServerAddress(specification.url), key: key),
        timeout: .seconds(specification.timeout), retries: specification.retries,
        pause: pause)
    } catch {
      throw .setting("url", expected: error.description)
    }
  }

  /// Looks again, and throws where another server answers than at the beginning.
  func verify() throws(ServerError) {
    let call = ServerCall(connection: connection, isCancelled: { false })
    let now: ServerProfile
    do throws(ServerFailure) {
      now = try ServerDiscovery(call: call, specification: specification).profile()
    } catch {
      throw ServerError(error)
    }
    let differences = profile.differences(to: now)
    guard differences.isEmpty else { throw .changed(differences) }
  }

  /// What stands for the hash of weights: all that the server says of itself, and what somebody vouches for.
  ///
  /// - Parameter weights: the weights' SHA-256, where it is known.
  /// - Returns: 64 hexadecimal digits.
  func identity(weights: String?) -> String {
    var members = profile.identity(isVouched: weights != nil).mapValues { JSONValue.string($0) }
    members["tokenizer"] = .string(tokenizer.identity)
    members["label"] = specification.label.map { .string($0) }
    members["weights"] = weights.map { .string($0) }
    // Slots that work side by side give other bits than one at a time.
    if specification.concurrency > 1 { members["parallel"] = .bool(true) }
    if specification.usesServerTemplate {
      // With the number of this way of making messages of a sample: turns go out as turns.
      members["chat"] = .string("server/2")
      members["system"] = specification.system.map { .string($0) }
    }
    return SHA256.hexadecimal(of: JSONValue.object(members).spelling)
  }

  /// What every table should say of results of this server.
  var notes: [String] {
    let version = profile.version.map { " \($0)" } ?? ""
    var notes = ["served by \(profile.kind.rawValue)\(version)" + (specification.label.map { ": \($0)" } ?? "")]
    if specification.weights == nil { notes.append("unverified weights: nobody vouched for what the server serves") }
    if countsBytes {
      notes.append(
        "no tokenizer of the model was here (server.tokenizer): lengths and limits of prompts are counted in bytes of "
          + "their text, not in tokens")
    } else if !abilities.hasComparedTokenizer {
      notes.append("the server's tokenizer could not be compared with the local one")
    }
    if specification.usesServerTemplate {
      notes.append("prompts went out as messages, in the server's own chat template (chat: server)")
    }
    if specification.concurrency > 1 {
      notes.append(
        "\(specification.concurrency) requests at a time: parallel slots do not give the same bits each time")
    }
    return notes
  }
}

extension ServerError {
  /// What a failed exchange means for the whole server.
  init(_ failure: ServerFailure) {
    switch failure {
    case .cancelled: self = .cancelled
    case .lost(let reason): self = .lost(reason)
    case .request(let reason): self = .refused(reason)
    }
  }
}
