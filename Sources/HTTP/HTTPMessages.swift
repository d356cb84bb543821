/// A request of one connection.
public struct HTTPRequest: Sendable {
  /// What the first line says.
  public enum Method: String, Sendable {
    case get = "GET"
    case post = "POST"
  }
  /// The method.
  public var method: Method
  /// The path below the address's prefix, beginning with '/'.
  public var path: String
  /// The body, a JSON text; nil for none.
  public var body: String?

  /// A request.
  public init(_ method: Method, _ path: String, body: String? = nil) {
    self.method = method
    self.path = path
    self.body = body
  }
}

/// A whole answer.
public struct HTTPResponse: Hashable, Sendable {
  /// The status of its first line.
  public let status: Int
  /// The body.
  public let body: [UInt8]
  let headers: [String: String]

  /// An answer from its parts; names of headers in small letters.
  public init(status: Int, headers: [String: String], body: [UInt8]) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// A header; of a repeated one the last.
  ///
  /// - Parameter name: its name in small letters.
  /// - Returns: its value, or nil.
  public func header(_ name: String) -> String? { headers[name] }

  /// True for 200 to 299.
  public var isSuccess: Bool { (200..<300).contains(status) }
}
