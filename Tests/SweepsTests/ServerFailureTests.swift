import Evaluation
import Foundation
import Positions
import Synchronization
import TestSupport
import Testing

@testable import Backends

private let request = Request.generate(tokens: Array("Say ".utf8).map { Int($0) }, maxNewTokens: 3)

/// Replies that come before the model's own, one for each request to a route.
private final class Script: Sendable {
  private let left: Mutex<[FakeServer.Reply]>
  private let count = Mutex(0)
  let path: String

  init(_ path: String, _ replies: [FakeServer.Reply]) {
    self.path = path
    left = Mutex(replies)
  }

  func next(_ request: FakeServer.Request) -> FakeServer.Reply? {
    guard number(of: request) != nil else { return nil }
    return left.withLock { $0.isEmpty ? nil : $0.removeFirst() }
  }

  /// Which request to the route this one is, from 1; each is told its own number, however many ask at a time.
  func number(of request: FakeServer.Request) -> Int? {
    guard request.path == path else { return nil }
    return count.withLock {
      $0 += 1
      return $0
    }
  }

  var requestCount: Int { count.withLock { $0 } }
}

@Suite struct ServerFailureTests {
  /// The answer of a server whose next replies are given, and how often it was asked.
  private func answer(
    after replies: [FakeServer.Reply], _ more: (inout ServerSpecification) -> Void = { _ in }
  ) throws -> (Result<Answer, RequestFailure>, requests: Int) {
    let served = try ServedModel(.llamaServer, more)
    let model = try served.load()
    let script = Script("/completion", replies)
    served.inference.change { $0.override = { script.next($0) } }
    let answers = try model.run(
      [ModelRequest(request, text: "")], method: .plain, isCancelled: { false }, onProgress: { _ in })
    return (answers[0], script.requestCount)
  }

  @Test("what may pass is tried again: 429, 408, 502 to 504, a model that is loading, a lost connection, half a body")
  func retries() throws {
    let passing: [FakeServer.Reply] = [
      .json("{}", status: 429, headers: ["Retry-After: 7"]), .json("{}", status: 408), .json("{}", status: 502),
      .json("{}", status: 504), .json(#"{"error": {"message": "Loading model"}}"#, status: 503), .raw(""),
      .raw("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"con"),
    ]
    for reply in passing {
      let (answer, count) = try answer(after: [reply, reply])
      _ = try answer.get()
      #expect(count == 3)
    }
  }

  @Test("Retry-After says how long")
  func retryAfter() throws {
    let waits = Mutex<[Double]>([])
    let script = Script("/props", [.json("{}", status: 429, headers: ["Retry-After: 7"]), .json("{}", status: 429)])
    let server = try FakeServer { script.next($0) ?? .json("{}") }
    let connection = try ServerSession.connection(
      to: ServerSpecification(url: server.url), key: nil, pause: { seconds, _ in waits.withLock { $0.append(seconds) } }
    )
    _ = try ServerCall(connection: connection, isCancelled: { false }).find("/props")
    #expect(waits.withLock { $0 } == [7, 1])
  }

  @Test("what will not pass is asked once: other 4xx, 500, wrong JSON, wrong fields, null, a context that is full")
  func once() throws {
    let failing: [(FakeServer.Reply, String)] = [
      (.json(#"{"error": {"message": "no\nsuch thing"}}"#, status: 400), "status 400: no such thing"),
      (.json(#"{"error": {"message": "Context size has been exceeded."}}"#, status: 500), "Context size"),
      (.json("{\"tokens\": ["), "not JSON"), (.json("[]"), "no tokens"), (.json("null"), "no tokens"),
      (.json(#"{"tokens": [97], "stop_type": "none", "tokens_evaluated": 4}"#), "stop_type"),
      (.json(#"{"tokens": [97], "truncated": true}"#), "context was full"),
      (.json(#"{"tokens": [97], "stop_type": "limit", "tokens_evaluated": 4}"#), "ended after 1 of 3"),
      (.json(#"{"tokens": [97, 98, 99], "stop_type": "limit"}"#), "does not say how many"),
      (.raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), "not HTTP/1.1"),
    ]
    for (reply, reason) in failing {
      let (answer, count) = try answer(after: [reply])
      #expect(count == 1)
      #expect { try answer.get() } throws: { "\($0)".contains(reason) }
    }
  }

  @Test("a deadline ends a request, which is not sent again")
  func deadline() throws {
    let (answer, count) = try answer(after: [.silence], { $0.timeout = 1 })
    #expect(count == 1)
    #expect { try answer.get() } throws: { "\($0)".contains("within 1.0 seconds") }
  }

  @Test("redirects and keys that are not taken end the work at once, by name")
  func refused() throws {
    for (status, reason) in [(302, "redirect"), (401, "key-env"), (403, "key-env")] {
      let server = try FakeServer { _ in .json("{}", status: status, headers: ["Location: http://127.0.0.1:1/"]) }
      let specification = ServerSpecification(url: server.url)
      #expect { try ServerReport(of: specification, variables: [:], tokenizer: nil) } throws: {
        "\($0)".contains(reason)
      }
      #expect(server.requests.count == 1)
    }
  }

  @Test("Ollama, several models without a name, and what is no inference server are refused")
  func strangers() throws {
    for (models, reason) in [
      (#"{"data": [{"id": "m", "owned_by": "library"}]}"#, "Ollama"),
      (#"{"data": [{"id": "a"}, {"id": "b"}]}"#, "a, b"), ("<html>", "inference server"),
    ] {
      let server = try FakeServer { $0.path == "/v1/models" ? .json(models) : .json("{}", status: 404) }
      #expect { try ServerReport(of: ServerSpecification(url: server.url), variables: [:], tokenizer: nil) } throws: {
        "\($0)".contains(reason)
      }
    }
  }

  @Test("a server that goes in the middle leaves the answers before it, and ends the next request")
  func lost() throws {
    for concurrency in [1, 3] {
      let served = try ServedModel(
        .llamaServer,
        { server in
          server.retries = 1
          server.concurrency = concurrency
        })
      let model = try served.load()
      let script = Script("/completion", [])
      served.inference.change { $0.override = { script.number(of: $0) ?? 0 > 4 ? .raw("") : nil } }
      var kept = 0
      var ends: [String] = []
      for _ in 0..<9 {
        let group = (0..<concurrency).map { _ in ModelRequest(request, text: "") }
        do {
          let answers = try model.run(group, method: .plain, isCancelled: { false }, onProgress: { _ in })
          for case .success in answers { kept += 1 }
        } catch {
          ends.append("\(error)")
        }
      }
      #expect(kept == 4)
      #expect(ends.count >= 4 && ends.allSatisfy { $0.contains("connection was lost") })
    }
  }

  @Test("requests that nobody took because the server was lost are told why it was lost")
  func untaken() throws {
    let served = try ServedModel(
      .llamaServer,
      { server in
        server.retries = 0
        server.concurrency = 2
      })
    let model = try served.load()
    let script = Script("/completion", [])
    served.inference.change { $0.override = { script.number(of: $0) ?? 0 > 1 ? .raw("") : nil } }
    let group = (0..<8).map { _ in ModelRequest(request, text: "") }
    let answers = try model.run(group, method: .plain, isCancelled: { false }, onProgress: { _ in })
    let failures = answers.compactMap { if case .failure(let failure) = $0 { failure } else { nil } }
    #expect(failures.count == 7 && failures.allSatisfy { "\($0)".contains("connection was lost") })
    #expect { try model.run(group, method: .plain, isCancelled: { false }, onProgress: { _ in }) } throws: {
      "\($0)".contains("connection was lost")
    }
  }

  @Test("a wish to stop closes the connections and gives no answers")
  func cancellation() throws {
    for concurrency in [1, 3] {
      let served = try ServedModel(.vLLM, { $0.concurrency = concurrency })
      let model = try served.load()
      let script = Script("/v1/completions", [.silence, .silence, .silence])
      served.inference.change { $0.override = { script.next($0) } }
      let group = (0..<concurrency).map { _ in ModelRequest(request, text: "") }
      #expect(throws: BackendError.cancelled) {
        try model.run(
          group, method: .plain, isCancelled: { script.requestCount == concurrency }, onProgress: { _ in })
      }
      while served.server.goneCount < concurrency { Thread.sleep(forTimeInterval: 0.001) }
    }
  }

  @Test("a key goes out with every request; one that is not set is named by its variable")
  func key() throws {
    let served = try ServedModel(.vLLM, { $0.keyVariable = "MY_KEY" }, variables: ["MY_KEY": "sk-hidden"])
    _ = try served.load()
    #expect(served.server.requests.allSatisfy { $0.headers["authorization"] == "Bearer sk-hidden" })
    for variables in [[:], ["MY_KEY": ""], ["MY_KEY": "a\nb"]] {
      let other = try ServedModel(.vLLM, { $0.keyVariable = "MY_KEY" }, variables: variables)
      #expect { try other.load() } throws: { "\($0)".contains("MY_KEY") && !"\($0)".contains("a\nb") }
    }
  }
}
