public import Foundation
import Glibc
import Synchronization

/// A server on 127.0.0.1 whose every answer a test writes, wrong ones included.
public final class FakeServer: Sendable {
  /// What came in.
  public struct Request: Sendable {
    /// GET or POST.
    public let method: String
    /// The path.
    public let path: String
    /// Headers by their names in small letters.
    public let headers: [String: String]
    /// The body.
    public let body: String
  }

  /// What goes out; the connection is closed behind it.
  public enum Reply: Sendable {
    /// A whole answer with a JSON body.
    case json(String, status: Int = 200, headers: [String] = [])
    /// These bytes.
    case raw(String)
    /// These bytes one at a time, each with a pause before it.
    case drip(String, pause: Double)
    /// Nothing, until the client goes.
    case silence
  }

  /// The port.
  public let port: Int
  private let descriptor: Int32
  private let seen = Mutex<[Request]>([])
  private let gone = Mutex(0)

  /// Starts to listen.
  ///
  /// - Parameter handler: gives the answer to a request; several connections may ask at once.
  /// - Throws: where no port is to be had.
  public init(_ handler: @escaping @Sendable (Request) -> Reply) throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        bind(listener, pointer, size) == 0 && listen(listener, 128) == 0 ? getsockname(listener, pointer, &size) : -1
      }
    }
    guard listener >= 0, status == 0 else { throw CocoaError(.fileReadUnknown) }
    descriptor = listener
    port = Int(UInt16(bigEndian: address.sin_port))
    Thread { [self] in accept(handler) }.start()
  }

  deinit { close(descriptor) }

  /// `http://127.0.0.1:PORT`.
  public var url: String { "http://127.0.0.1:\(port)" }
  /// Every request so far.
  public var requests: [Request] { seen.withLock { $0 } }
  /// How many clients went before `silence` or a drip had ended.
  public var goneCount: Int { gone.withLock { $0 } }

  /// Takes no more connections.
  public func stop() { shutdown(descriptor, Int32(SHUT_RDWR)) }

  private func accept(_ handler: @escaping @Sendable (Request) -> Reply) {
    while true {
      let connection = Glibc.accept(descriptor, nil, nil)
      guard connection >= 0 else { return }
      Thread { [self] in
        if let request = Self.read(connection) {
          seen.withLock { $0.append(request) }
          answer(handler(request), connection)
        }
        shutdown(connection, Int32(SHUT_RDWR))
        close(connection)
      }.start()
    }
  }

  private static func read(_ connection: Int32) -> Request? {
    var bytes: [UInt8] = []
    while true {
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      let count = recv(connection, &buffer, buffer.count, 0)
      guard count > 0 else { return nil }
      bytes += buffer[..<count]
      let text = String(decoding: bytes, as: UTF8.self)
      guard let end = text.range(of: "\r\n\r\n") else { continue }
      let lines = text[..<end.lowerBound].components(separatedBy: "\r\n")
      var headers: [String: String] = [:]
      for line in lines.dropFirst() {
        let parts = line.split(separator: ":", maxSplits: 1)
        if parts.count == 2 { headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces) }
      }
      let body = String(text[end.upperBound...])
      guard body.utf8.count >= Int(headers["content-length"] ?? "0") ?? 0 else { continue }
      let first = lines[0].split(separator: " ")
      guard first.count == 3 else { return nil }
      return Request(method: String(first[0]), path: String(first[1]), headers: headers, body: body)
    }
  }

  private func answer(_ reply: Reply, _ connection: Int32) {
    switch reply {
    case .json(let body, let status, let headers):
      let more = headers.map { $0 + "\r\n" }.joined()
      let head = "HTTP/1.1 \(status) -\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n"
      _ = write(Array((head + more + "\r\n" + body).utf8), connection)
    case .raw(let text): _ = write(Array(text.utf8), connection)
    case .drip(let text, let pause):
      for byte in text.utf8 {
        Thread.sleep(forTimeInterval: pause)
        guard write([byte], connection) else { return gone.withLock { $0 += 1 } }
      }
    case .silence:
      var byte: UInt8 = 0
      if recv(connection, &byte, 1, 0) <= 0 { gone.withLock { $0 += 1 } }
    }
  }

  private func write(_ bytes: [UInt8], _ connection: Int32) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        send(connection, $0.baseAddress?.advanced(by: sent), bytes.count - sent, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      sent += count
    }
    return true
  }
}
