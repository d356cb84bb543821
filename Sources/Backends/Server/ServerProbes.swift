import Tokenizers

/// What was found out by trying, not by believing.
public struct ServerAbilities: Hashable, Sendable {
  /// Prompts can be sent as ids, and all of them are counted.
  public var takesTokens = false
  /// Log-probabilities of a given text can be had, and are right.
  public var scoresTexts = false
  /// Log-probabilities of given continuations can be had, and are right.
  public var comparesChoices = false
  /// Its tokenizer was compared with the local one.
  public var hasComparedTokenizer = false
  /// What it cannot do, and how that was found out.
  public var reasons: [String] = []

  /// Nothing was tried, because no tokenizer of the model is here.
  static let untried: ServerAbilities = {
    var abilities = ServerAbilities()
    abilities.reasons = ["takes no prompts as ids: no tokenizer is here to make them with (server.tokenizer)"]
    return abilities
  }()
}

/// Tries what a server can do, with a few tokens each.
struct ServerProbes {
  let profile: ServerProfile
  let tokenizer: Tokenizer
  let call: ServerCall

  /// The most by which two ways to the same log-probability may differ.
  static let tolerance = 0.02

  private static let texts = [
    "The quick brown fox jumps over 12345 lazy dogs.\n\n  A second line.",
    "Grüße aus Ελλάδα, 漢字 und 🙂 — naïve café", "a\tb   c\r\n def f(x): return x**2 // 3",
  ]

  func abilities() throws(ServerFailure) -> ServerAbilities {
    var abilities = ServerAbilities()
    abilities.hasComparedTokenizer = try comparesTokenizers(&abilities)
    let prompt = tokenizer.encode("The three primary colours are red, yellow and", parseSpecial: false)
    let reply: GenerationReply
    do throws(ServerFailure) {
      reply = try profile.dialect.generate(
        GenerationQuery(prompt: .tokens(prompt), maxNewTokens: 1, wantsLogProbabilities: true), call)
    } catch {
      guard case .request(let reason) = error else { throw error }
      abilities.reasons.append("takes no prompts as ids: \(reason)")
      return abilities
    }
    guard reply.promptTokenCount == prompt.count else {
      let count = reply.promptTokenCount.map(String.init) ?? "no"
      abilities.reasons.append("takes no prompts as ids: of \(prompt.count) tokens it counted \(count)")
      return abilities
    }
    abilities.takesTokens = true
    guard let token = newToken(reply), let probability = reply.logProbabilities.first else {
      abilities.reasons.append("gives no log-probabilities: none came with a generated token")
      return abilities
    }
    if profile.kind == .llamaServer {
      abilities.reasons.append("no log-probabilities of a text (perplexity): llama-server has no such request")
    } else {
      abilities.scoresTexts = try isRight("log-probabilities of a text", probability, &abilities) {
        () throws(ServerFailure) in
        let values = try profile.dialect.score(prompt + [token], call)
        return values.count == prompt.count ? values.last : nil
      }
    }
    abilities.comparesChoices = try isRight("log-probabilities of given answers", probability, &abilities) {
      () throws(ServerFailure) in try profile.dialect.score([token], after: prompt, call).first
    }
    return abilities
  }

  private func newToken(_ reply: GenerationReply) -> Int? {
    if let tokens = reply.tokens { return tokens.first }
    let ids = tokenizer.encode(reply.text ?? "", bos: .never, parseSpecial: false)
    return ids.count == 1 ? ids[0] : nil
  }

  private func isRight(
    _ what: String, _ expected: Double, _ abilities: inout ServerAbilities,
    _ ask: () throws(ServerFailure) -> Float?
  ) throws(ServerFailure) -> Bool {
    let found: Float?
    do throws(ServerFailure) {
      found = try ask()
    } catch {
      guard case .request(let reason) = error else { throw error }
      abilities.reasons.append("no \(what): \(reason)")
      return false
    }
    guard let found, abs(Double(found) - expected) <= Self.tolerance else {
      abilities.reasons.append(
        "no \(what): a token that it generated with \(expected) is \(found.map { "\($0)" } ?? "nothing") when it is given"
      )
      return false
    }
    return true
  }

  /// Compares the server's tokenizer with the local one.
  ///
  /// - Returns: false where the server does not say its ids.
  /// - Throws: `.lost` where they differ.
  private func comparesTokenizers(_ abilities: inout ServerAbilities) throws(ServerFailure) -> Bool {
    for text in Self.texts {
      let theirs: [Int]?
      do throws(ServerFailure) {
        theirs = try profile.dialect.tokenize(text, call)
      } catch {
        guard case .request = error else { throw error }
        theirs = nil
      }
      guard let theirs else {
        abilities.reasons.append("its tokenizer cannot be compared with the local one: it does not say its ids")
        return false
      }
      let ours = tokenizer.encode(text, bos: .never, parseSpecial: false)
      guard theirs == ours else {
        throw .lost(
          "the server's tokenizer is not the one of server.tokenizer: of a fixed text it makes \(theirs.prefix(12)), the "
            + "local one \(ours.prefix(12)); name the tokenizer of the model that is served")
      }
    }
    return true
  }
}
