import Foundation
import HTTP
import JSON

/// Sends requests to a server and repeats those that may succeed later.
///
/// Everything that is sent is idempotent (a greedy answer, a score, a question about the server), so a request whose
/// outcome is unknown is sent again, too.
struct ServerConnection: Sendable {
  let client: HTTPClient
  let timeout: Duration
  let retries: Int
  /// Waits that many seconds, or until somebody wants to stop.
  let pause: Pause

  /// How to wait between two tries.
  typealias Pause = @Sendable (_ seconds: Double, _ isCancelled: () -> Bool) -> Void

  /// The longest wait between two tries, in seconds.
  static let longestPause = 60.0
  /// How long a server may load its model, in seconds.
  static let longestLoading = 1800.0

  init(client: HTTPClient, timeout: Duration, retries: Int, pause: @escaping Pause) {
    self.client = client
    self.timeout = timeout
    self.retries = retries
    self.pause = pause
  }

  static func sleep(_ seconds: Double, _ isCancelled: () -> Bool) {
    var left = seconds
    while left > 0, !isCancelled() {
      Thread.sleep(forTimeInterval: min(left, 0.05))
      left -= 0.05
    }
  }

  /// What one try gave.
  private enum Attempt {
    case done(HTTPResponse)
    /// The model is being loaded.
    case loading
    /// Worth another try, after so many seconds where the server says it.
    case again(ServerFailure, wait: Double?)
  }

  /// The answer to a request, whatever its status, after the retries that its class is worth.
  func exchange(_ request: HTTPRequest, isCancelled: @escaping () -> Bool) throws(ServerFailure) -> HTTPResponse {
    var tries = 0
    var loadingSeconds = 0.0
    while true {
      switch try attempt(request, isCancelled) {
      case .done(let response): return response
      case .loading:
        guard loadingSeconds < Self.longestLoading else {
          throw .lost("\(client.address) is still loading its model after \(Int(loadingSeconds)) seconds")
        }
        pause(1, isCancelled)
        loadingSeconds += 1
      case .again(let failure, let wait):
        guard tries < retries else { throw failure }
        pause(wait ?? min(Self.longestPause, 0.5 * Double(1 << min(tries, 10))), isCancelled)
        tries += 1
      }
      if isCancelled() { throw .cancelled }
    }
  }

  private func attempt(_ request: HTTPRequest, _ isCancelled: @escaping () -> Bool) throws(ServerFailure) -> Attempt {
    let response: HTTPResponse
    do throws(HTTPError) {
      response = try client.send(request, timeout: timeout, isCancelled: isCancelled)
    } catch {
      switch error {
      case .cancelled: throw .cancelled
      case .notConnected:
        return .again(.lost("\(client.address): \(error); is the server there, and the URL right?"), wait: nil)
      case .lost: return .again(.lost("\(client.address): \(error)"), wait: nil)
      case .unknownHost: throw .lost("\(client.address): \(error)")
      case .timedOut: throw .request("\(error); see server.timeout")
      case .malformed, .tooLarge: throw .request("\(error)")
      }
    }
    switch response.status {
    case 503 where Self.problem(of: response).lowercased().contains("loading"): return .loading
    case 408, 429: return .again(.request(Self.problem(of: response)), wait: Self.retryAfter(response))
    case 502, 503, 504:
      return .again(.lost("\(client.address): \(Self.problem(of: response))"), wait: Self.retryAfter(response))
    case 300..<400:
      throw .lost(
        "\(client.address) answers with a redirect (status \(response.status)), which is not followed: name the URL that "
          + "answers itself")
    case 401, 403:
      throw .lost(
        "\(client.address) does not accept the key (status \(response.status)): name the variable that holds it with "
          + "key-env")
    default: return .done(response)
    }
  }

  /// What a server says of an error, in one line.
  static func problem(of response: HTTPResponse) -> String {
    let json = JSONValue(bytes: response.body)
    let found =
      json?["error"]?["message"]?.text ?? json?["error"]?.text ?? json?["message"]?.text ?? json?["detail"]?.text
    let text = found ?? String(decoding: response.body.prefix(300), as: UTF8.self)
    let line = text.split(whereSeparator: { $0.isNewline || $0.unicodeScalars.allSatisfy { $0.value < 32 } })
      .joined(separator: " ")
    return "status \(response.status)" + (line.isEmpty ? "" : ": \(line.prefix(300))")
  }

  private static func retryAfter(_ response: HTTPResponse) -> Double? {
    guard let text = response.header("retry-after"), let seconds = Double(text), seconds >= 0 else { return nil }
    return min(seconds, longestPause)
  }
}

/// A connection with the caller's wish to stop; of one thread.
struct ServerCall {
  let connection: ServerConnection
  let isCancelled: () -> Bool

  /// The JSON at a path; nil where the server has no such path, or no JSON there.
  func find(_ path: String) throws(ServerFailure) -> JSONValue? {
    let response = try connection.exchange(HTTPRequest(.get, path), isCancelled: isCancelled)
    guard response.isSuccess else { return nil }
    return JSONValue(bytes: response.body)
  }

  /// The JSON that answers a body; an error's status is a failure of the request.
  func post(_ path: String, _ body: [String: JSONValue]) throws(ServerFailure) -> JSONValue {
    let text = JSONValue.object(body).written(.compact)
    let response = try connection.exchange(HTTPRequest(.post, path, body: text), isCancelled: isCancelled)
    guard response.isSuccess else { throw .request(ServerConnection.problem(of: response)) }
    do {
      // Servers written in Python can give NaN and halves of surrogate pairs.
      return try JSONReader.value(of: response.body, rules: .python)
    } catch {
      throw .request("the answer to \(path) is \(error)")
    }
  }
}
