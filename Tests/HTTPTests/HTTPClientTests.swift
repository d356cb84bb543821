import Foundation
import TestSupport
import Testing

@testable import HTTP

@Suite struct HTTPClientTests {
  private func get(
    _ server: FakeServer, key: Secret? = nil, limit: Int = 1 << 20, timeout: Duration = .seconds(30),
    isCancelled: @escaping () -> Bool = { false }
  ) throws -> HTTPResponse {
    let client = HTTPClient(try ServerAddress(server.url), key: key, bodyLimit: limit)
    return try client.send(HTTPRequest(.post, "/v1/x", body: "{}"), timeout: timeout, isCancelled: isCancelled)
  }

  private func error(_ body: () throws -> HTTPResponse) -> HTTPError? {
    do {
      _ = try body()
      return nil
    } catch {
      return error as? HTTPError
    }
  }

  @Test("a body with a length, one in chunks and one to the end are read whole")
  func bodies() throws {
    for reply in [
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;a=b\r\nhe\r\n3\r\nllo\r\n0\r\nTrailer: x\r\n\r\n",
      "HTTP/1.1 200 OK\r\n\r\nhello", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 200 OK\r\n\r\nhello",
    ] {
      for text in [FakeServer.Reply.raw(reply), .drip(reply, pause: 0)] {
        let server = try FakeServer { _ in text }
        let response = try get(server)
        #expect(String(decoding: response.body, as: UTF8.self) == "hello")
        #expect(server.requests.first?.body == "{}")
        #expect(server.requests.first?.path == "/v1/x")
      }
    }
  }

  @Test("an answer that ends early is a lost connection, in its headers and in its body")
  func halves() throws {
    for reply in [
      "", "HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n20\r\nhalf",
    ] {
      let server = try FakeServer { _ in .raw(reply) }
      guard case .lost? = error({ try get(server) }) else {
        Issue.record("no lost connection for \(reply)")
        continue
      }
    }
  }

  @Test("what is no HTTP is said to be none")
  func malformed() throws {
    for reply in [
      "SSH-2.0-x\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n\r\n",
    ] {
      let server = try FakeServer { _ in .raw(reply) }
      guard case .malformed? = error({ try get(server) }) else {
        Issue.record("taken for HTTP: \(reply)")
        continue
      }
    }
  }

  @Test("a longer answer than allowed is refused, whether it says its length or not")
  func large() throws {
    let much = String(repeating: "x", count: 5000)
    for reply in [
      "HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n" + much,
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1388\r\n" + much,
    ] {
      let server = try FakeServer { _ in .raw(reply) }
      #expect(error { try get(server, limit: 1000) } == .tooLarge(limit: 1000))
    }
  }

  @Test("a deadline holds against silence and against slow drips")
  func deadline() throws {
    for reply in [FakeServer.Reply.silence, .drip(String(repeating: "x", count: 100_000), pause: 0.01)] {
      let server = try FakeServer { _ in reply }
      #expect(error { try get(server, timeout: .milliseconds(200)) } == .timedOut(seconds: 0.2))
    }
  }

  @Test("a cancellation closes the connection")
  func cancellation() throws {
    let server = try FakeServer { _ in .silence }
    #expect(error { try get(server, isCancelled: { !server.requests.isEmpty }) } == .cancelled)
    while server.goneCount == 0 { Thread.sleep(forTimeInterval: 0.001) }
  }

  @Test("where nobody listens there is no connection, and an unknown host is named")
  func nobody() throws {
    let server = try FakeServer { _ in .silence }
    server.stop()
    let address = try ServerAddress("http://127.0.0.1:1")
    guard case .notConnected? = error({ try HTTPClient(address).send(HTTPRequest(.get, "/"), timeout: .seconds(9)) })
    else { return #expect(Bool(false), "port 1 took a connection") }
    let other = try ServerAddress("http://no-such-host.invalid")
    let found = error { try HTTPClient(other).send(HTTPRequest(.get, "/"), timeout: .seconds(9)) }
    #expect(found == .unknownHost("no-such-host.invalid"))
  }

  @Test("a key is sent, and is nowhere else: not in a dump, not in an answer that repeats it")
  func key() throws {
    let key = try #require(Secret("sk-abc123"))
    let server = try FakeServer { request in .json("{\"you said\": \"\(request.headers["authorization"] ?? "")\"}") }
    let response = try get(server, key: key)
    #expect(server.requests.first?.headers["authorization"] == "Bearer sk-abc123")
    #expect(String(decoding: response.body, as: UTF8.self) == "{\"you said\": \"Bearer [key]\"}")
    var text = "\(key) \(String(reflecting: key))"
    dump(HTTPClient(try ServerAddress(server.url), key: key), to: &text)
    #expect(!text.contains("abc123"))
    #expect(Secret("a\nb") == nil && Secret("") == nil)
  }

  @Test("URLs say host, port and prefix; keys, queries and https are refused without repeating them")
  func addresses() throws {
    let plain = try ServerAddress("http://localhost:8080/v1/")
    #expect(plain.host == "localhost" && plain.port == 8080 && plain.prefix == "")
    #expect(try ServerAddress("http://box/llm/v1").description == "http://box/llm")
    #expect(try ServerAddress("http://[::1]:9").host == "::1")
    for text in [
      "https://x", "localhost:80", "http://", "http://user:secret@x", "http://x/?key=secret", "http://x:0", "ftp://x",
      "http://x:99999", "http://[::1",
    ] {
      do {
        _ = try ServerAddress(text)
        Issue.record("accepted \(text)")
      } catch {
        #expect(!"\(error)".contains("secret"))
      }
    }
  }
}
