/// Speaks HTTP/1.1 to one server: a connection for each request, no proxies, no redirects, a deadline for each.
///
/// Written here, and not taken from FoundationNetworking, because that one ignores deadlines, sends `Authorization` on
/// to other hosts after a redirect, and asks `http_proxy` even for 127.0.0.1.
public struct HTTPClient: Sendable {
  /// The server.
  public let address: ServerAddress
  /// The most bytes of an answer's body.
  public let bodyLimit: Int
  private let key: Secret?

  /// A client of a server.
  ///
  /// - Parameters:
  ///   - address: the server.
  ///   - key: sent as a bearer token; replaced wherever an answer repeats it.
  ///   - bodyLimit: longer answers are refused.
  public init(_ address: ServerAddress, key: Secret? = nil, bodyLimit: Int = 256 << 20) {
    self.address = address
    self.key = key
    self.bodyLimit = bodyLimit
  }

  /// Sends a request and waits for the whole answer.
  ///
  /// - Parameters:
  ///   - request: the request.
  ///   - timeout: from now to the last byte of the answer.
  ///   - isCancelled: asked often; true closes the connection.
  /// - Returns: the answer, whatever its status.
  /// - Throws: `HTTPError`.
  public func send(
    _ request: HTTPRequest, timeout: Duration, isCancelled: @escaping () -> Bool = { false }
  ) throws(HTTPError) -> HTTPResponse {
    let patience = Patience(timeout, isCancelled: isCancelled)
    let socket = try Socket.connect(host: address.host, port: address.port, patience)
    var sendingError: HTTPError?
    do throws(HTTPError) {
      try socket.send(bytes(of: request), patience)
    } catch {
      // A server may answer before it has read everything (413, 401), and close.
      guard case .lost = error else { throw error }
      sendingError = error
    }
    var reader = ResponseReader(bodyLimit: bodyLimit)
    while !reader.isComplete {
      let bytes: ArraySlice<UInt8>
      do throws(HTTPError) {
        bytes = try socket.receive(patience)
      } catch {
        throw sendingError ?? error
      }
      if bytes.isEmpty { break }
      try reader.append(bytes)
    }
    let response = try reader.response()
    guard let key else { return response }
    return response.replacingBody(key.removed(from: response.body))
  }

  private func bytes(of request: HTTPRequest) -> [UInt8] {
    let body = request.body.map { Array($0.utf8) } ?? []
    var head = "\(request.method.rawValue) \(address.prefix)\(request.path) HTTP/1.1\r\n"
    head += "Host: \(address.authority)\r\nConnection: close\r\nAccept: application/json\r\nUser-Agent: se-eval\r\n"
    if let key { head += "Authorization: \(key.authorization)\r\n" }
    if request.body != nil { head += "Content-Type: application/json\r\nContent-Length: \(body.count)\r\n" }
    return Array((head + "\r\n").utf8) + body
  }
}

extension HTTPResponse {
  fileprivate func replacingBody(_ body: [UInt8]) -> HTTPResponse {
    HTTPResponse(status: status, headers: headers, body: body)
  }
}
