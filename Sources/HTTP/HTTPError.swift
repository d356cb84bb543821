/// Why a request has no answer; none of its texts names a header, a key or a query.
public enum HTTPError: Error, Hashable, Sendable {
  /// The host's name is not known.
  case unknownHost(String)
  /// Nobody took the connection.
  case notConnected(reason: String)
  /// The connection was there and ended before the answer did.
  case lost(reason: String)
  /// The deadline passed.
  case timedOut(seconds: Double)
  /// What came is not HTTP/1.1.
  case malformed(reason: String)
  /// The answer is longer than it may be.
  case tooLarge(limit: Int)
  /// `isCancelled` said so.
  case cancelled
}

extension HTTPError: CustomStringConvertible {
  /// What happened.
  public var description: String {
    switch self {
    case .unknownHost(let host): "the host '\(host)' is not known"
    case .notConnected(let reason): "no connection: \(reason)"
    case .lost(let reason): "the connection was lost: \(reason)"
    case .timedOut(let seconds): "no whole answer within \(seconds) seconds"
    case .malformed(let reason): "the answer is not HTTP/1.1: \(reason)"
    case .tooLarge(let limit): "the answer is longer than \(limit) bytes"
    case .cancelled: "stopped"
    }
  }
}
