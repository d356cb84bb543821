import Evaluation
import Foundation
import Store
import Tasks
import TestSupport
import Testing
import Text

@testable import Backends
@testable import Sweeps

/// A server as a model of a sweep: configuration, plan, run.
@Suite struct ServerSweepTests {
  private let folder: TokenizerFolder

  init() throws { folder = try TokenizerFolder() }

  private func read(
    _ server: String, more: String = "", methods: String = "[plain]", tasks: String = "[counting]",
    environment: [String: String] = [:]
  ) throws(SweepError) -> Configuration {
    let text =
      "name: test\nmodels: [{name: s, server: {tokenizer: \(folder.path), \(server)}\(more)}]\n"
      + "methods: \(methods)\ntasks: \(tasks)"
    return try configuration(text, environment: environment)
  }

  private func sweep(_ configuration: Configuration, _ purpose: Sweep.Purpose) throws(SweepError) -> Sweep {
    let backend = ServerBackend(variables: [:], pause: { _, _ in })
    return try Sweep(configuration, options: SweepOptions(threads: 1), provider: backend, purpose: purpose)
  }

  @Test("the settings of a server are strict, and a key in a configuration is refused without repeating it")
  func configurationOfServers() throws {
    for (server, reason) in [
      ("key: sk-secret, url: \"http://x\"", "key-env"), ("url: \"https://x\"", "tunnel"),
      ("url: \"http://me:sk-secret@x\"", "key-env"), ("url: \"http://x/?key=sk-secret\"", "key-env"),
      ("url: \"http://x\", key-env: sk-secret", "the name of a variable"), ("model: m", "url"),
      ("url: \"http://x\", concurency: 2", "concurrency"), ("url: \"http://x\", concurrency: 0", "1 to 1024"),
      ("url: \"http://x\", kind: vlm", "vllm"), ("url: \"http://${HOST}\"", "variables are set"),
    ] {
      #expect { try read(server) } throws: { error in
        "\(error)".contains(reason) && !"\(error)".contains("sk-secret") && "\(error)".hasPrefix("test.yaml:")
      }
    }
    #expect { try read("url: \"http://x\"", more: ", path: /m") } throws: { "\($0)".contains("path") }
    #expect { try read("url: \"http://x\"", more: ", chat: sever") } throws: { "\($0)".contains("server") }
    let made = try read("url: \"http://${HOST}:9\"", more: ", chat: server", environment: ["HOST": "box"])
    #expect(made.models[0].server?.url == "http://box:9")
    #expect(made.models[0].server?.usesServerTemplate == true)
    let bare =
      "name: test\nmodels: [{name: s, server: {url: \"http://x\"}, chat: none}]\nmethods: [plain]\ntasks: [counting]"
    #expect { try configuration(bare) } throws: { "\($0)".contains("only chat: server") }
    #expect(try configuration(bare.replacing("chat: none", with: "chat: server")).models[0].path.resolved == "")
  }

  @Test("where a server is, what key it takes and how patient one is are no part of the configuration's identity")
  func resolved() throws {
    let first = try read("url: \"http://a:1\", key-env: A, timeout: 5")
    #expect(try first.hash == read("url: \"http://b:2\", retries: 9").hash)
    #expect(!first.resolved.contains("http://"))
    #expect(try first.hash != read("url: \"http://a:1\", label: yarn").hash)
    #expect(try first.hash != read("url: \"http://a:1\", concurrency: 2").hash)
  }

  @Test("a plan counts requests and tokens, and names what was found out; no speed is made up")
  func plan() throws {
    let server = try FakeServer(FakeInference(.init(.llamaServer)))
    let plan = try sweep(read("url: \"\(server.url)\", label: \"four slots\""), .plan).plan(
      store: nil, measuresRate: true)
    let text = plan.text
    #expect(text.contains("server: 4 requests, 24 prompt tokens, at most 4 new ones"))
    #expect(text.contains("time: not known") && text.contains("time not known"))
    #expect(text.contains("served by llama-server 1.0: four slots") && text.contains("unverified weights"))
    #expect(!text.contains("GFLOP") && !text.contains("memory:"))
    #expect(plan.json.contains("\"requests\":4"))
  }

  @Test("a plan refuses by name what a server cannot do")
  func refusals() throws {
    let inference = FakeInference(.init(.llamaServer))
    let server = try FakeServer(inference)
    let url = "url: \"\(server.url)\""
    for (methods, tasks, reason) in [
      ("[\"self-extend:G=2,W=4\"]", "[counting]", "the method self-extend"),
      ("[plain]", "[scoring]", "llama-server has no such request"),
      ("[plain]", "[counting: {lengths: [4096]}]", "its context has 4096"),
    ] {
      #expect { try sweep(read(url, methods: methods, tasks: tasks), .plan).plan(store: nil) } throws: {
        "\($0)".contains(reason)
      }
    }
    inference.change { $0.dropped = 1 }
    #expect { try sweep(read(url), .plan).plan(store: nil) } throws: { "\($0)".contains("chat: server sends texts") }
    _ = try sweep(read(url, more: ", chat: server"), .plan).plan(store: nil)
  }

  @Test("pictures go to a server that takes images, as messages; others are refused by plan")
  func pictures() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().path
    let inference = FakeInference(.init(.openAI))
    let server = try FakeServer(inference)
    func made(_ more: String, chat: String) throws -> Sweep {
      let data = "\(root)/Datasets/visual-haystacks"
      let text =
        "name: t\nmodels: [{name: s, chat: \(chat), server: {url: \"\(server.url)\", tokenizer: \(folder.path)\(more)}}]\n"
        + "methods: [plain]\nallow-unverified: true\ntasks: [visual-haystacks: {path: \(data), images: \(data)/images, "
        + "counts: [\"2\"], max-new-tokens: 3}]"
      let read = try Configuration.read(
        Array(text.utf8), file: "t.yaml", overrides: [], taskTypes: [VisualHaystacks.self], environment: [:])
      return try sweep(read, .execution)
    }
    #expect { try made("", chat: "server").plan(store: nil) } throws: { "\($0)".contains("server.images") }
    #expect { try made(", images: true", chat: "none").plan(store: nil) } throws: { "\($0)".contains("chat: server") }
    inference.change { behaviour in
      behaviour.override = { request in
        request.path == "/v1/chat/completions"
          ? .json(
            #"{"choices": [{"message": {"content": "yes"}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 999}}"#
          )
          : nil
      }
    }
    let store = try ResultStore.open("\(folder.path)/pictures.sqlite", mode: .create)
    #expect(try run(made(", images: true", chat: "server"), store) == .complete)
    let bodies = server.requests.filter { $0.path == "/v1/chat/completions" }.map(\.body)
    #expect(bodies.count == 4)
    #expect(bodies.allSatisfy { $0.components(separatedBy: "data:image").count == 3 })
    #expect(Set(bodies).count == 4)
  }

  private func run(_ sweep: Sweep, _ store: ResultStore) throws(SweepError) -> SweepStatus {
    try sweep.execute(store: store, isCancelled: { false }, onEvent: { _ in }).status
  }

  @Test("a server that goes and comes back on another port gives the same store, with nothing asked twice")
  func resuming() throws {
    let tasks = "[counting: {lengths: [4, 5, 6], trials: 3}]"
    let whole = try ResultStore.open("\(folder.path)/whole.sqlite", mode: .create)
    let server = try FakeServer(FakeInference(.init(.vLLM)))
    #expect(try run(sweep(read("url: \"\(server.url)\"", tasks: tasks), .execution), whole) == .complete)

    let parts = try ResultStore.open("\(folder.path)/parts.sqlite", mode: .create)
    let dying = FakeInference(.init(.vLLM))
    let first = try FakeServer(dying)
    let made = try sweep(read("url: \"\(first.url)\", retries: 0", tasks: tasks), .execution)
    dying.change { behaviour in
      behaviour.override = { request in
        let count = first.requests.count { $0.path == "/v1/completions" && $0.body.contains("\"max_tokens\":1,") }
        return request.path == "/v1/completions" && count > 6 ? .raw("") : nil
      }
    }
    #expect { try run(made, parts) } throws: { "\($0)".contains("connection was lost") }
    #expect(try parts.latestRun()?.status == 1)
    let kept = try parts.cells().map { try parts.results(in: $0.id, withPrompts: false, withLogProbabilities: false) }
    #expect(kept.flatMap { $0 }.count < 9 && kept.flatMap { $0 }.count > 0)

    let second = try FakeServer(FakeInference(.init(.vLLM)))
    #expect(try run(sweep(read("url: \"\(second.url)\"", tasks: tasks), .execution), parts) == .complete)
    #expect(try content(of: parts) == content(of: whole))
  }

  @Test("a server that changes during a run marks the run and ends it with an error")
  func changed() throws {
    let inference = FakeInference(.init(.vLLM))
    let server = try FakeServer(inference)
    let store = try ResultStore.open("\(folder.path)/changed.sqlite", mode: .create)
    let made = try sweep(read("url: \"\(server.url)\""), .execution)
    inference.change { $0.version = "9.9" }
    #expect { try run(made, store) } throws: { "\($0)".contains("changed during the run") }
    let last = try #require(try store.latestRun())
    #expect(last.status == 1)
    #expect(last.record.warnings.contains { $0.contains("version was 1.0 and is 9.9") })
  }

  @Test("every cell of a server says who served it, and that nobody vouched for the weights")
  func notes() throws {
    let server = try FakeServer(FakeInference(.init(.vLLM)))
    let store = try ResultStore.open("\(folder.path)/notes.sqlite", mode: .create)
    _ = try run(sweep(read("url: \"\(server.url)\", label: \"yarn x4\""), .execution), store)
    for cell in try store.cells() {
      #expect(cell.record.method == "yarn x4")
      #expect(cell.record.protocolNotes.contains("served by vllm 1.0: yarn x4"))
      #expect(cell.record.protocolNotes.contains { $0.hasPrefix("unverified weights") })
    }
  }
}
