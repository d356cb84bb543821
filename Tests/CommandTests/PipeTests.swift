import Foundation
import Testing
import Text

@testable import se_eval

/// Pipes where files are expected: read where reading once is enough, refused with words where it is not.
@Suite struct PipeTests {
  /// What a command line of the shell said on standard error; `$D` is a folder with the pipe `fifo`.
  private func told(_ line: String, status: Int32) throws -> String {
    try Program.inTemporaryFolder { folder in
      let log = folder.appendingPathComponent("log")
      let pipe = folder.appendingPathComponent("fifo").path
      let made = unsafe mkfifo(pipe, 0o600)
      try #require(made == 0)
      try "A stream that text flows through.\n".write(
        to: folder.appendingPathComponent("text"), atomically: true, encoding: .utf8)
      try #"{"prediction": "ten", "reference": ["ten"]}"#.write(
        to: folder.appendingPathComponent("pairs"), atomically: true, encoding: .utf8)
      let found = try Program.shell(
        "(\(line)) > /dev/null 2> '\(log.path)'", environment: ["D": folder.path, "SE_EVAL_DATA": folder.path])
      let text = try String(contentsOf: log, encoding: .utf8)
      #expect(found == status, "\(line): \(text)")
      return text
    }
  }

  @Test(
    "texts, pairs and configurations come through a pipe",
    arguments: [
      "cat $D/text > $D/fifo & $P tokenize --model Datasets/demo/model --file $D/fifo",
      "cat $D/text > $D/fifo & $P perplexity --model Datasets/demo/model --file $D/fifo --context 16",
      "cat $D/pairs > $D/fifo & $P score --metric qa_f1_score --pairs $D/fifo",
      "cat Configs/demo-gate.yaml > $D/fifo & $P plan $D/fifo --db $D/none.sqlite",
      "cat Configs/demo-gate.yaml | $P plan /dev/stdin --db $D/none.sqlite",
    ])
  func read(line: String) throws {
    #expect(try !told(line, status: 0).contains("se-eval:"))
  }

  @Test(
    "data and weights are read again and again: a pipe is refused without waiting for a writer",
    arguments: [
      "pg19: {path: $D/fifo, lengths: [64], stride: 16}", "perplexity: {path: $D/fifo, lengths: [64]}",
      "custom: {name: piped, path: $D/fifo, prompt: '{input}', scorer: qa_f1_score}",
      "needle: {path: $D/fifo, lengths: [128], depths: 1}", "gsm8k: {path: $D/fifo}",
    ])
  func data(task: String) throws {
    let line = """
      echo "name: a\nmodels: [{name: m, path: Datasets/demo/model}]\nmethods: [plain]\ntasks: [\(task)]" > $D/a.yaml
      $P plan $D/a.yaml --db $D/none.sqlite --allow-unverified
      """
    let text = try told(line, status: 5)
    #expect(text.contains("/fifo") && text.contains("it is a pipe or a device"), "\(text)")
    #expect(try told("$P model $D/fifo", status: 5).contains("/fifo"))
  }

  @Test("what cannot be a configuration is refused with the reason")
  func configurations() throws {
    #expect(try told("$P plan $D", status: 2).contains("it is a folder"))
    #expect(try told("cat $D/text > $D/fifo & $P plan $D/fifo", status: 2).contains("/fifo:1"))
    let slurm = "cat Configs/demo-gate.yaml > $D/fifo & $P slurm $D/fifo --shards 2"
    #expect(try told(slurm, status: 2).contains("that its jobs can read again"))
  }

  @Test("a path with a line end, which would be a command in a script, is refused")
  func lineEnd() throws {
    let line = "$P slurm Configs/demo-gate.yaml --shards 2 --out \"$D/line\ntouch $D/made\""
    #expect(try told(line, status: 2).contains("a line end or a control character"))
    for option in ["--gres", "--scratch", "--sbatch"] {
      let line = "$P slurm Configs/demo-gate.yaml --shards 2 --out $D/jobs \(option) \"gpu:1\ntouch $D/made\""
      #expect(try told(line, status: 2).contains("a line end or a control character"), "\(option)")
    }
  }

  @Test("a file, a pipe and standard input are read up to a limit, and what has more is refused before it is in memory")
  func limit() throws {
    try Program.inTemporaryFolder { folder in
      let file = folder.appendingPathComponent("file").path
      try Data(repeating: 65, count: 100).write(to: URL(fileURLWithPath: file))
      #expect(try Files.read(file, byteLimit: 100).count == 100)
      let error = #expect(throws: FileError.self) { try Files.read(file, byteLimit: 99) }
      #expect(error.map { "\($0)".hasSuffix("it has more than 99 bytes; name a part of it") } == true)
      #expect(error?.fault == .missingInput)
      // Without end, and as fast as it is read.
      #expect(throws: FileError.self) { try Files.read("/dev/zero", byteLimit: 1 << 20) }
      let zeros = try #require(FileHandle(forReadingAtPath: "/dev/zero"))
      let stream = #expect(throws: FileError.self) { try Files.readStandardInput(zeros, byteLimit: 1 << 20) }
      #expect(stream.map { "\($0)".hasPrefix("standard input: it has more than 1048576 bytes") } == true)
      let pipe = Pipe()
      try pipe.fileHandleForWriting.write(contentsOf: Data("short".utf8))
      try pipe.fileHandleForWriting.close()
      #expect(try Files.readStandardInput(pipe.fileHandleForReading, byteLimit: 5) == "short")
    }
  }
}
