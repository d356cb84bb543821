/// Where a server is: what an `http://` URL says, without anything that could be a key.
public struct ServerAddress: Hashable, Sendable, CustomStringConvertible {
  /// A name or an address; IPv6 without its brackets.
  public let host: String
  /// The port.
  public let port: Int
  /// What stands before every path of a request: empty, or beginning with '/' and not ending with it.
  public let prefix: String

  /// What is wrong with a URL; the URL itself is not repeated where it may hold a key.
  public struct Problem: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was expected, and what to do.
    public let description: String
  }

  /// Reads a URL: `http://HOST[:PORT][/PREFIX]`; a final `/v1` is left away, because requests say it.
  ///
  /// - Parameter text: the URL.
  /// - Throws: `Problem`: https, a user or a key in it, a query, no host.
  public init(_ text: String) throws(Problem) {
    guard let scheme = text.firstRange(of: "://") else {
      throw Problem(description: "a URL such as http://127.0.0.1:8080")
    }
    let name = text[..<scheme.lowerBound].lowercased()
    guard name != "https" else {
      throw Problem(
        description: "an http:// URL: https is not spoken here; reach the server through a tunnel "
          + "(ssh -L 8080:HOST:PORT) or a local proxy that speaks TLS, and name http://127.0.0.1:8080")
    }
    guard name == "http" else { throw Problem(description: "a URL such as http://127.0.0.1:8080") }
    let rest = text[scheme.upperBound...]
    guard !rest.contains("@") else {
      throw Problem(description: "a URL without a user or key; name the variable that holds a key: key-env: NAME")
    }
    guard !rest.contains(where: { "?#".contains($0) }) else {
      throw Problem(description: "a URL without '?' and '#'; name the variable that holds a key: key-env: NAME")
    }
    let end = rest.firstIndex(of: "/") ?? rest.endIndex
    (host, port) = try Self.authority(rest[..<end])
    var path = rest[end...]
    while path.last == "/" { path.removeLast() }
    if path.hasSuffix("/v1") { path.removeLast(3) }
    while path.last == "/" { path.removeLast() }
    guard path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
      throw Problem(description: "a URL whose path has no spaces and no letters beyond ASCII")
    }
    prefix = String(path)
  }

  private static func authority(_ text: Substring) throws(Problem) -> (String, Int) {
    var host = text
    var port: Substring?
    if text.first == "[" {
      guard let close = text.firstIndex(of: "]") else { throw Problem(description: "']' behind an IPv6 address") }
      host = text[text.index(after: text.startIndex)..<close]
      let tail = text[text.index(after: close)...]
      guard tail.isEmpty || tail.first == ":" else { throw Problem(description: "a port behind ']'") }
      port = tail.isEmpty ? nil : tail.dropFirst()
    } else if let colon = text.firstIndex(of: ":") {
      host = text[..<colon]
      port = text[text.index(after: colon)...]
    }
    guard !host.isEmpty, host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
      throw Problem(description: "a URL with a host, such as http://127.0.0.1:8080")
    }
    guard let port else { return (String(host), 80) }
    guard let number = Int(port), (1...65_535).contains(number) else {
      throw Problem(description: "a port from 1 to 65535")
    }
    return (String(host), number)
  }

  /// Host and port as the `Host` header says them.
  var authority: String {
    let name = host.contains(":") ? "[\(host)]" : host
    return port == 80 ? name : "\(name):\(port)"
  }

  /// The URL.
  public var description: String { "http://\(authority)\(prefix)" }
}
