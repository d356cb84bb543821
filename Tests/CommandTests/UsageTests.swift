import Foundation
import Testing

@testable import se_eval

@Suite struct UsageTests {
  static let commands = Entry.commands.map(\.name)

  @Test("every command explains itself", arguments: commands)
  func help(command: String) throws {
    let result = try Program.run([command, "--help"])
    #expect(result.status == 0)
    #expect(result.output.contains("usage: se-eval \(command)"))
    #expect(result.output.contains("--threads N"))
  }

  @Test("mistakes are named, with what was meant, and exit with 2")
  func mistakes() throws {
    let unknown = try Program.run(["sweeep"])
    #expect(unknown.status == 2 && unknown.errors.contains("did you mean sweep?"))
    let option = try Program.run(["bench", "--model", "x", "--prefil", "5"])
    #expect(option.status == 2 && option.errors.contains("did you mean --prefill?"))
    #expect(try Program.run(["logits", "--model", "x"]).status == 2)
    // An empty path would be the root folder.
    for words in [["report", "x.sqlite", "--out", ""], ["sweep", "a.yaml", "--report="], ["report", ""]] {
      let empty = try Program.run(words)
      #expect(empty.status == 2 && empty.errors.contains("empty"), "\(words)")
    }
    let endless = ["generate", "--model", "Datasets/demo/model", "--prompt", "a", "--max-new-tokens", "99999999999"]
    #expect(try Program.run(endless).errors.contains("at most 16777216 tokens"))
    let long = try Program.run(["bench", "--model", "Datasets/demo/model", "--prefill", "100000000000"])
    #expect(long.status == 2 && long.errors.contains("at most 16777216 tokens"))
    #expect(try Program.run(["capacity", "-L", "4096", "-G", "8"]).status == 2)
    let method = ["--method", "self-extend:G=0,W=2"]
    #expect(try Program.run(["perplexity", "--model", "x", "--file", "y"] + method).status == 2)
    #expect(try Program.run([]).status == 2)
  }

  @Test("a missing model or file exits with 5 and says where it was looked for")
  func missing() throws {
    let model = try Program.run(["model", "nowhere/model"])
    #expect(model.status == 5 && model.errors.contains("nowhere/model"))
    let config = try Program.run(["sweep", "Configs/llama2.yaml"])
    #expect(config.status == 5 && config.errors.contains("SE_EVAL_MODELS"))
    #expect(try Program.run(["sweep", "Configs/nothing.yaml"]).status == 2)
  }

  @Test("a configuration is found under a path that differs in case only")
  func caseInsensitive() throws {
    let result = try Program.run(["plan", "configs/DEMO.yaml", "--limit", "1", "--only", "task=pg19"])
    #expect(result.status == 0 && result.output.contains("pg19"))
  }

  @Test("a truncated checkpoint exits with 5 and names the file")
  func truncated() throws {
    try Program.inTemporaryFolder { folder in
      let source = Program.root.appendingPathComponent("Datasets/demo/model")
      let copy = folder.appendingPathComponent("model")
      try FileManager.default.copyItem(at: source, to: copy)
      let weights = copy.appendingPathComponent("model.safetensors")
      try Data(try Data(contentsOf: weights).prefix(100_000)).write(to: weights)
      let result = try Program.run(["generate", "--model", copy.path, "--prompt", "a"])
      #expect(result.status == 5 && result.errors.contains("model.safetensors"))
    }
  }

  @Test("capacity follows (L - W) * G + W")
  func capacity() throws {
    let result = try Program.run(["capacity", "-L", "4096", "-G", "8", "-W", "1024", "-N", "16384", "--json"])
    #expect(result.status == 0 && result.output.contains("\"maximum_length\":25600"))
  }
}
