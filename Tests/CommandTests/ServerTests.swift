import Foundation
import TestSupport
import Testing
import Tokenizers

/// The program against a server of tests, with the demo model's tokenizer.
@Suite struct ServerTests {
  private static let key = "sk-3f9c-never-to-be-seen"
  private static let judgeKey = "sk-71ad-not-this-one-either"
  private static let model = Program.root.appendingPathComponent("Datasets/demo/model").path

  private func inference() throws -> FakeInference {
    let tokenizer = try Tokenizer.load(modelPath: Self.model)
    var behaviour = FakeInference.Behaviour(.vLLM)
    behaviour.context = 8192
    behaviour.endToken = tokenizer.eosToken ?? 0
    behaviour.tokenize = { tokenizer.encode($0, bos: .never, parseSpecial: false) }
    behaviour.detokenize = { tokenizer.decode($0) }
    return FakeInference(behaviour)
  }

  private func configuration(_ server: FakeServer, in folder: URL) throws -> String {
    let text = """
      name: served
      models:
        - name: s
          server: {url: "\(server.url)", key-env: TEST_SERVER_KEY, tokenizer: Datasets/demo/model, retries: 0}
      methods: [plain]
      tasks:
        - passkey: {lengths: [256], depths: 2, trials: 1}
        - pg19: {path: Datasets/demo/stories, lengths: [128], stride: 64, books: 1, windows: 2}
      """
    let path = folder.appendingPathComponent("served.yaml").path
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }

  /// Everything that lies below a folder, as bytes.
  private func holdsKey(_ folder: URL) throws -> [String] {
    let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.allObjects as? [URL] ?? []
    return try files.filter { !$0.hasDirectoryPath }.filter { file in
      let bytes = try Data(contentsOf: file)
      return [Self.key, Self.judgeKey].contains { bytes.range(of: Data($0.utf8)) != nil }
    }.map(\.path)
  }

  @Test("no key is in store, log, report or error, even where a server sends it back")
  func key() throws {
    let environment = ["TEST_SERVER_KEY": Self.key]
    try Program.inTemporaryFolder { folder in
      let inference = try inference()
      let server = try FakeServer(inference)
      let config = try configuration(server, in: folder)
      let arguments = [
        config, "--db", folder.appendingPathComponent("s.sqlite").path, "--report",
        folder.appendingPathComponent("report").path, "--progress", "json",
      ]
      func run(_ status: Int32) throws {
        let process = try Program.start(["sweep"] + arguments, in: folder, environment: environment)
        process.waitUntilExit()
        #expect(process.terminationStatus == status)
        #expect(try holdsKey(folder) == [])
      }
      // Errors that repeat the key, with every status, then answers that do.
      inference.change { behaviour in
        behaviour.override = { request in
          guard request.path == "/v1/completions", request.body.contains("\"max_tokens\":1,") == false else {
            return nil
          }
          return .json(#"{"error": {"message": "wrong: \#(request.headers["authorization"] ?? "")"}}"#, status: 400)
        }
      }
      try run(4)
      inference.change { behaviour in
        behaviour.override = { request in
          .json(#"{"error": {"message": "wrong: \#(request.headers["authorization"] ?? "")"}}"#, status: 401)
        }
      }
      try run(1)
      inference.change { behaviour in
        let detokenize = behaviour.detokenize
        behaviour.override = { _ in nil }
        behaviour.detokenize = { Self.key + detokenize($0) }
      }
      try run(0)
      #expect(server.requests.contains { $0.headers["authorization"] == "Bearer \(Self.key)" })
    }
  }

  @Test("no key of a judge is in store, log, report, plan or error, even where its server sends it back")
  func judgeKey() throws {
    let environment = ["TEST_SERVER_KEY": Self.key, "TEST_JUDGE_KEY": Self.judgeKey]
    try Program.inTemporaryFolder { folder in
      let server = try FakeServer(try inference())
      let umpire = FakeInference(.init(.openAI))
      let judge = try FakeServer(umpire)
      let datasets = Program.root.appendingPathComponent("Datasets").path
      let text = """
        name: judged
        allow-unverified: true
        models:
          - name: s
            server: {url: "\(server.url)", key-env: TEST_SERVER_KEY, tokenizer: Datasets/demo/model, retries: 0}
        methods: [plain]
        judge: {name: umpire, server: {url: "\(judge.url)", key-env: TEST_JUDGE_KEY, retries: 0}}
        tasks:
          - helmet: {path: \(datasets)/helmet, datasets: [narrativeqa], lengths: [8000], limit: 1, max-new-tokens: 4}
        """
      let config = folder.appendingPathComponent("judged.yaml").path
      try text.write(toFile: config, atomically: true, encoding: .utf8)
      let database = folder.appendingPathComponent("s.sqlite").path
      func run(_ arguments: [String], _ statuses: [Int32]) throws {
        let process = try Program.start(arguments, in: folder, environment: environment)
        process.waitUntilExit()
        #expect(statuses.contains(process.terminationStatus), "\(arguments)")
        #expect(try holdsKey(folder) == [])
      }
      let report = folder.appendingPathComponent("report").path
      let sweep = ["sweep", config, "--db", database, "--report", report, "--progress", "json"]
      func echo(_ status: Int) {
        umpire.change { behaviour in
          behaviour.override = { request in
            guard request.path == "/v1/chat/completions" || status == 401 else { return nil }
            return .json(
              #"{"error": {"message": "wrong: \#(request.headers["authorization"] ?? "")"}}"#, status: status)
          }
        }
      }
      try run(["plan", config, "--json"], [0])
      echo(401)
      try run(["plan", config], [1, 2])
      try run(sweep, [1, 2])
      echo(400)
      try run(sweep, [4])
      // A judge that writes its key into the judgment itself.
      umpire.change { behaviour in
        behaviour.override = { request in
          guard request.path == "/v1/chat/completions" else { return nil }
          let said = "Bearer \(Self.judgeKey) {\\\"fluency\\\": 1, \\\"correctness\\\": 3}"
          return .json(
            #"{"choices": [{"message": {"content": "\#(said)"}, "finish_reason": "stop"}], "#
              + #""usage": {"prompt_tokens": 9999}}"#)
        }
      }
      try run(sweep, [0])
      #expect(judge.requests.contains { $0.headers["authorization"] == "Bearer \(Self.judgeKey)" })
      #expect(server.requests.allSatisfy { $0.headers["authorization"] != "Bearer \(Self.judgeKey)" })
    }
  }

  @Test("model --server says what a server is, and with a tokenizer what it can do")
  func model() throws {
    let server = try FakeServer(try inference())
    let asked = try Program.run(["model", "--server", server.url])
    #expect(asked.status == 0 && asked.output.contains("vllm, version 1.0") && asked.output.contains("not tried"))
    let tried = try Program.run(["model", "--server", server.url, "--tokenizer", Self.model])
    #expect(
      tried.status == 0 && tried.output.contains("perplexity  yes") && tried.output.contains("equal to the local"))
    let json = try Program.run(["model", "--server", server.url, "--tokenizer", Self.model, "--json"])
    #expect(json.output.contains("\"perplexity\" : true"))
    server.stop()
    #expect(try Program.run(["model", "--server", "http://127.0.0.1:1"]).status == 1)
    let refused = try Program.run(["model", "--server", "https://user:\(Self.key)@host"])
    #expect(refused.status == 2 && !refused.errors.contains(Self.key))
  }
}
