import Foundation
import Testing

/// Output that cannot be written ends in a status and, where it can be told, a reason; never in a crash.
@Suite struct OutputTests {
  @Test(
    "results that were not written are a failure, messages that were not written are none",
    arguments: [
      ("$P --help > /dev/full 2> /dev/null", 1), ("$P --help >&- 2> /dev/null", 1), ("$P --help > /dev/full 2>&-", 1),
      ("$P model Datasets/demo/model --json > /dev/full 2> /dev/null", 1), ("$P model nowhere 2> /dev/full", 5),
      ("$P model nowhere 2>&-", 5), ("$P sweeep 2> /dev/full", 2), ("$P --help > /dev/null 2>&-", 0),
    ] as [(String, Int32)])
  func unwritable(line: String, status: Int32) throws {
    #expect(try Program.shell(line) == status)
  }

  @Test(
    "standard input that is closed or a folder, and sizes that nothing holds, are errors with a reason",
    arguments: [
      ("$P tokenize --model Datasets/demo/model < README.md", 0), ("$P tokenize --model Datasets/demo/model <&-", 5),
      ("$P tokenize --model Datasets/demo/model < Tests", 5),
      ("$P generate --model Datasets/demo/model --prompt-file LICENSE --chunk 1000000000000", 2),
      ("$P bench --model Datasets/demo/model --prefill 8 --decode 1 --chunk 65537", 2),
      ("SE_EVAL_ISA=zzz $P model Datasets/demo/model", 2),
      ("SE_EVAL_SHAPES=zzz $P bench --model Datasets/demo/model --device opencl", 2),
      ("SE_EVAL_SHAPES=4/64,8/64 $P devices", 2),
      ("env -u HOME -u XDG_CACHE_HOME -u SE_EVAL_MACHINE $P plan Configs/demo-gate.yaml --calibrate", 2),
    ] as [(String, Int32)])
  func unreadable(line: String, status: Int32) throws {
    try Program.inTemporaryFolder { folder in
      let log = folder.appendingPathComponent("log").path
      #expect(try Program.shell("\(line) > /dev/null 2> '\(log)'") == status)
      let told = try String(contentsOfFile: log, encoding: .utf8)
      #expect(told.isEmpty == (status == 0) && !told.contains("Fatal error"))
    }
  }

  @Test("the reason is told on standard error")
  func reason() throws {
    try Program.inTemporaryFolder { folder in
      let log = folder.appendingPathComponent("log").path
      let status = try Program.shell("$P --help > /dev/full 2> '\(log)'")
      let told = try String(contentsOfFile: log, encoding: .utf8)
      #expect(status == 1 && told.contains("standard output cannot be written: No space left on device"))
      #expect(try Program.shell("$P --help >&- 2> '\(log)'") == 1)
      #expect(try String(contentsOfFile: log, encoding: .utf8).contains("cannot be written: Bad file descriptor"))
      #expect(try Program.shell("$P sweep Configs/demo-gate.yaml --db /proc/x/s.sqlite 2> '\(log)'") == 1)
      #expect(try String(contentsOfFile: log, encoding: .utf8).contains("name another place with --db"))
      let line = "$P sweep Configs/demo-gate.yaml --db '\(folder.path)/s.sqlite' --report /proc/x --progress none"
      #expect(try Program.shell("\(line) 2> '\(log)'") == 1)
      #expect(try String(contentsOfFile: log, encoding: .utf8).contains("name another folder with --report"))
    }
  }

  @Test("an export goes to where a link leads, whole; on standard output nothing that stands there is written over")
  func exports() throws {
    try Program.inTemporaryFolder { folder in
      let config = try SmallSweep.write(to: folder, trials: 1)
      #expect(try Program.run(SmallSweep.arguments(config, folder)).status == 0)
      let script = #"""
        cd "$WORK" && "$P" export small.sqlite --format csv --out plain.csv 2>/dev/null || exit 3
        yes "an old line" | head -n 100000 >target.csv && ln -s target.csv link.csv
        "$P" export small.sqlite --format csv --out link.csv 2>/dev/null || exit 4
        test -L link.csv && cmp plain.csv target.csv || exit 5
        for out in - /dev/stdout; do
          echo head >both.csv && "$P" export small.sqlite --format csv --out $out 2>/dev/null >>both.csv || exit 6
          { echo head && cat plain.csv; } | cmp - both.csv || exit 7
          { echo head && "$P" export small.sqlite --format csv --out $out 2>/dev/null; } >group.csv || exit 8
          cmp both.csv group.csv || exit 9
        done
        """#
      #expect(try Program.shell(script, environment: ["WORK": folder.path]) == 0)
    }
  }

  @Test("a log on a full disk stops no sweep")
  func fullLog() throws {
    try Program.inTemporaryFolder { folder in
      let config = try SmallSweep.write(to: folder, trials: 1)
      let arguments = SmallSweep.arguments(config, folder).map { "'\($0)'" } + ["--progress", "plain"]
      #expect(try Program.shell("$P \(arguments.joined(separator: " ")) > /dev/null 2> /dev/full") == 0)
      #expect(try SmallSweep.report(folder)["report.md"] != nil)
    }
  }

  @Test("a termination signal ends a sweep that waits for another one's lock", arguments: [SIGTERM, SIGINT])
  func waiting(signal: Int32) throws {
    try Program.inTemporaryFolder { folder in
      let config = try SmallSweep.write(to: folder)
      let lock = folder.appendingPathComponent("small.sqlite.opening")
      try Data().write(to: lock)
      let handle = try FileHandle(forUpdating: lock)
      try #require(flock(handle.fileDescriptor, LOCK_EX) == 0)
      let process = try Program.start(SmallSweep.arguments(config, folder), in: folder)
      Thread.sleep(forTimeInterval: 1)
      #expect(process.isRunning)
      kill(process.processIdentifier, signal)
      for _ in 0..<300 where process.isRunning { Thread.sleep(forTimeInterval: 0.1) }
      #expect(!process.isRunning)
      if process.isRunning { kill(process.processIdentifier, SIGKILL) }
      process.waitUntilExit()
      #expect([signal, 128 + signal].contains(process.terminationStatus))
    }
  }
}
