import Foundation
import Testing

@testable import se_eval

@Suite(.serialized) struct ClusterTests {
  private func sweep(_ config: String, _ folder: URL, shard: String) throws -> Program.Result {
    let database = folder.appendingPathComponent("shards/\(shard.replacing("/", with: "-of-")).sqlite").path
    return try Program.run(["sweep", config, "--shard", shard, "--db", database, "--progress", "none"])
  }

  private func json(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  @Test("shards, told by status, joined by merge, end with the report of the whole sweep; doctor and export read it")
  func shards() throws {
    try Program.inTemporaryFolder { folder in
      let config = try SmallSweep.write(to: folder)
      #expect(try Program.run(SmallSweep.arguments(config, folder)).status == 0)
      let wanted = try SmallSweep.report(folder)
      let shards = folder.appendingPathComponent("shards").path
      let joined = folder.appendingPathComponent("joined.sqlite").path
      let first = try sweep(config, folder, shard: "1/3")
      #expect(first.status == 0 && first.errors.contains("no report of a part"))
      #expect(!FileManager.default.fileExists(atPath: folder.appendingPathComponent("shards/report").path))
      // A part of them is joined already: what is missing is told, and is no error without --strict.
      let part = try Program.run(["merge", shards, "--into", joined])
      #expect(part.status == 0 && part.errors.contains("not there: shards 2, 3"))
      #expect(try Program.run(["merge", shards, "--into", joined, "--strict"]).status == 4)
      let other = try Program.run([
        "sweep", config, "--shard", "1/2", "--db", "\(shards)/1-of-3.sqlite", "--progress", "none",
      ])
      #expect(other.status == 2 && other.errors.contains("cannot go on as shard 1/2"))
      let whole = ["sweep", config, "--db", "\(shards)/1-of-3.sqlite", "--report", shards, "--progress", "none"]
      #expect(try Program.run(whole).errors.contains("cannot go on as the whole of it"))
      // What a program reads of a shard's store is the shard, not the cells of which it has a part.
      let own = try json(Program.run(["status", "\(shards)/1-of-3.sqlite", "--json"]).output)
      let one = try #require((own["stores"] as? [[String: Any]])?.first)
      let parts = try #require((one["parts"] as? [[String: Any]])?.first)
      for name in ["cells", "cells_done", "samples", "done"] {
        #expect(one[name] as? Int == parts[name] as? Int && one[name] as? Int ?? 0 > 0, "\(name)")
      }
      #expect(one["cells"] as? Int == one["cells_done"] as? Int)
      for words in [
        ["report"], ["export", "--format", "jsonl"], ["compare", "plain", "plain"], ["samples"],
        ["rescore"], ["baseline", "--out", "\(shards)/b.json"],
      ] {
        let result = try Program.run([words[0], shards] + words.dropFirst())
        #expect(result.status == 2 && result.errors.contains("`se-eval merge \(shards) --into DB`"), "\(result.errors)")
      }
      for shard in ["2/3", "3/3"] { #expect(try sweep(config, folder, shard: shard).status == 0) }
      let status = try json(Program.run(["status", shards, "--json"]).output)
      #expect(status["ended"] as? Int == 3 && status["running"] as? Int == 0)
      #expect(status["done"] as? Int == status["samples"] as? Int)
      #expect(try Program.run(["status", shards]).output.contains("shard 2/3"))
      let merged = try Program.run(["merge", shards, "--into", joined, "--strict"])
      #expect(merged.status == 0 && merged.errors.contains("complete: "))
      let report = folder.appendingPathComponent("report").path
      try FileManager.default.removeItem(atPath: report)
      #expect(try Program.run(["report", joined, "--out", report]).status == 0)
      let got = try SmallSweep.report(folder)
      #expect(Set(wanted.keys) == Set(got.keys))
      for (name, content) in wanted { #expect(got[name] == content, "\(name) differs") }
      let doctor = try Program.run(["doctor", joined, shards])
      #expect(doctor.status == 0 && doctor.output.components(separatedBy: ": whole").count == 5)
      let table = folder.appendingPathComponent("out.csv").path
      #expect(try Program.run(["export", joined, "--format", "csv", "--out", table]).status == 0)
      #expect(FileManager.default.fileExists(atPath: table))
    }
  }

  @Test("the report of joined shards names what each of them was computed with")
  func machines() throws {
    try Program.inTemporaryFolder { folder in
      let config = try SmallSweep.write(to: folder, trials: 1)
      let hasOpenCL = try Program.run(["devices", "--json"]).output.contains("opencl:0")
      for (shard, words) in [("1/2", ["--threads", "1"]), ("2/2", hasOpenCL ? ["--device", "opencl"] : [])] {
        let database = folder.appendingPathComponent("shards/\(shard.replacing("/", with: "-of-")).sqlite").path
        let limits = ["--shard", shard, "--limit", "1", "--db", database, "--progress", "none"]
        #expect(try Program.run(["sweep", config] + limits + words).status == 0)
      }
      let joined = folder.appendingPathComponent("joined.sqlite").path
      let report = folder.appendingPathComponent("report").path
      _ = try Program.run(["merge", folder.appendingPathComponent("shards").path, "--into", joined])
      let result = try Program.run(["report", joined, "--out", report, "--json"])
      let text = try String(contentsOfFile: report + "/report.md", encoding: .utf8)
      #expect(text.contains("| `threads` | 1; ") || Allocation.threadCount == 1, "\(result.errors)")
      if hasOpenCL { #expect(text.contains("| `engine.device` | opencl:0 ") && text.contains("/float32; opencl/")) }
    }
  }

  @Test("where no shard has begun a merge is not complete, and says what it found")
  func nothing() throws {
    try Program.inTemporaryFolder { folder in
      let shards = folder.appendingPathComponent("shards")
      let joined = folder.appendingPathComponent("joined.sqlite").path
      let absent = try Program.run(["merge", shards.path, "--into", joined, "--strict"])
      #expect(absent.status == 5 && absent.errors.contains(shards.path))
      try FileManager.default.createDirectory(at: shards, withIntermediateDirectories: true)
      let none = try Program.run(["merge", shards.path, "--into", joined, "--strict"])
      #expect(none.status == 5 && none.errors.contains("\(shards.path)/*.sqlite"))
      let names = ["1.sqlite", "2.sqlite"].map { shards.appendingPathComponent($0).path }
      for name in names { #expect(FileManager.default.createFile(atPath: name, contents: nil)) }
      let empty = try Program.run(["merge", shards.path, "--into", joined, "--strict"])
      #expect(empty.status == 4 && !empty.errors.contains("complete: 0"), "\(empty.errors)")
      for name in names { #expect(empty.errors.contains("\(name): nothing is in it yet")) }
      let result = try Program.run(["merge", shards.path, "--into", joined, "--strict", "--json"])
      let told = try json(result.output)
      #expect(result.status == 4 && told["complete"] as? Bool == false)
      #expect(told["not_begun"] as? [String] == names)
      let report = try Program.run(["report", names[0]])
      #expect(report.status == 5 && report.errors.contains("the file is empty"))
    }
  }

  @Test("a shard that is interrupted speaks of no report, and its status is stored and shown as it ended")
  func interrupted() throws {
    try Program.inTemporaryFolder { folder in
      let config = try SmallSweep.write(to: folder, trials: 40)
      let store = folder.appendingPathComponent("s.sqlite").path
      let words = ["sweep", config, "--shard", "1/2", "--db", store, "--progress", "json"]
      let pipe = Pipe()
      let process = try Program.start(words, in: folder, errors: pipe)
      try pipe.fileHandleForWriting.close()
      var told = ""
      while !told.contains(#""event":"sample""#) {
        let data = pipe.fileHandleForReading.availableData
        if data.isEmpty { break }
        told += String(decoding: data, as: UTF8.self)
      }
      kill(process.processIdentifier, SIGTERM)
      told += String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
      process.waitUntilExit()
      #expect(process.terminationStatus == 143)
      #expect(told.contains("the sample in flight was dropped") && !told.contains("the report shows"))
      let status = try Program.run(["status", store, "--json"]).output
      #expect(status.contains(#""status":143"#), "\(status)")
      #expect(try Program.run(["status", store]).output.contains("interrupted (143)"))
    }
  }

  @Test("a shard on a scratch disk is at its place at the end, goes on from there, and leaves nothing on the disk")
  func scratch() throws {
    try Program.inTemporaryFolder { folder in
      let config = try SmallSweep.write(to: folder, trials: 1)
      let scratch = folder.appendingPathComponent("scratch").path
      let arguments = SmallSweep.arguments(config, folder) + ["--scratch", scratch]
      #expect(try Program.run(arguments + ["--only", "task=passkey"]).status == 0)
      let second = try Program.run(arguments)
      #expect(second.status == 0 && !second.errors.contains("\n0 samples evaluated"))
      let third = try Program.run(arguments)
      #expect(third.status == 0 && third.errors.contains("0 samples evaluated"))
      #expect(try FileManager.default.contentsOfDirectory(atPath: scratch).isEmpty)
      // What is in the way of the copies is found before the first sample.
      try FileManager.default.removeItem(atPath: folder.appendingPathComponent("small.sqlite").path)
      let file = folder.appendingPathComponent("file").path
      #expect(FileManager.default.createFile(atPath: file, contents: nil))
      for option in ["--scratch", "--db"] {
        var words = arguments
        let index = try #require(words.firstIndex(of: option))
        words[index + 1] = file + "/x/y.sqlite"
        let refused = try Program.run(words)
        #expect(refused.status == 1 && refused.errors.contains("name another place with \(option)"))
        #expect(!refused.errors.contains("samples evaluated"))
      }
    }
  }

  @Test("slurm writes scripts that bash reads, for the shards asked for")
  func slurm() throws {
    try Program.inTemporaryFolder { folder in
      let config = try SmallSweep.write(to: folder)
      let out = folder.appendingPathComponent("scripts").path
      let result = try Program.run([
        "slurm", config, "--shards", "5", "--max-array", "2", "--threads", "1", "--out", out, "--sbatch",
        "--partition=x --account=y",
      ])
      #expect(result.status == 0 && result.output == "\(out)/submit.sh\n", "\(result.errors)")
      for name in ["array.sbatch", "merge.sbatch", "submit.sh"] {
        let bash = Process()
        bash.executableURL = URL(fileURLWithPath: "/bin/bash")
        bash.arguments = ["-n", "\(out)/\(name)"]
        try bash.run()
        bash.waitUntilExit()
        #expect(bash.terminationStatus == 0, "\(name)")
      }
      let array = try String(contentsOfFile: out + "/array.sbatch", encoding: .utf8)
      #expect(array.contains("#SBATCH --array=1-2\n") && array.contains("shards=5\n"))
      #expect(array.contains("#SBATCH --account=y\n"))
      // The program itself, which lies in a checkout and says its commit, is what the scripts ask for.
      let lines = array.split(separator: "\n")
      let begin = try #require(lines.firstIndex { $0.hasSuffix("version=$(\"$program\" --version)") })
      let end = try #require(lines[begin...].firstIndex { $0 == "fi" })
      let bash = Process()
      bash.executableURL = URL(fileURLWithPath: "/bin/bash")
      let program = try #require(lines.first { $0.hasPrefix("program=") })
      bash.arguments = ["-c", ([program] + lines[begin...end]).joined(separator: "\n")]
      try bash.run()
      bash.waitUntilExit()
      #expect(bash.terminationStatus == 0)
    }
  }

  @Test("slurm asks for a card for each task where a model computes on OpenCL, and what a person asks for wins")
  func cards() throws {
    try Program.inTemporaryFolder { folder in
      let config = try SmallSweep.write(to: folder)
      let text = try String(contentsOfFile: config, encoding: .utf8)
      let own = folder.appendingPathComponent("own.yaml").path
      try text.replacingOccurrences(of: "demo/model}", with: "demo/model, device: \"opencl\"}")
        .write(toFile: own, atomically: true, encoding: .utf8)
      let cases: [(config: String, words: [String], gres: String?)] = [
        (config, [], nil), (config, ["--device", "cpu"], nil), (config, ["--device", "opencl"], "gpu:1"),
        (config, ["--device", "opencl", "--gres", "gpu:a100:1"], "gpu:a100:1"),
        (config, ["--device", "opencl", "--sbatch", "--gpus-per-task=1"], nil),
        (own, [], "gpu:1"), (own, ["--device", "cpu"], nil), (own, ["--gres", "gpu:2"], "gpu:2"),
      ]
      for (index, item) in cases.enumerated() {
        let out = folder.appendingPathComponent("scripts-\(index)").path
        let words =
          ["slurm", item.config, "--shards", "3", "--out", out, "--time", "30", "--mem", "500"]
          + ["--device-memory", "4096"] + item.words
        let result = try Program.run(words)
        #expect(result.status == 0, "\(result.errors)")
        let array = try String(contentsOfFile: out + "/array.sbatch", encoding: .utf8)
        let asked = array.split(separator: "\n").filter { $0.hasPrefix("#SBATCH --gres") }.map(String.init)
        #expect(asked == (item.gres.map { ["#SBATCH --gres=\($0)"] } ?? []), "\(item)")
        // Joining the parts computes nothing.
        #expect(!(try String(contentsOfFile: out + "/merge.sbatch", encoding: .utf8)).contains("gres"))
        if item.words.contains("opencl") { #expect(array.contains("--device opencl")) }
        #expect(array.contains("--device-memory 4096"))
      }
    }
  }

  @Test("a task that was killed and is no longer in the queue is missing, however young its last sign of life")
  func missingTask() throws {
    try Program.inTemporaryFolder { folder in
      let text = try String(contentsOfFile: SmallSweep.write(to: folder, trials: 60), encoding: .utf8)
        .replacing("path: Datasets", with: "path: \(Program.root.path)/Datasets")
      try text.write(to: folder.appendingPathComponent("small.yaml"), atomically: true, encoding: .utf8)
      let script = #"""
        cd "$WORK" && mkdir -p Slurm/small fake && echo 77 >Slurm/small/jobs || exit 3
        printf '#!/bin/sh\n[ "$QUEUE" != unknown ] || exit 1\nfor i in $QUEUE; do echo 77 $i; done\n' >fake/squeue && chmod +x fake/squeue
        export PATH="$WORK/fake:$PATH" QUEUE
        SLURM_ARRAY_JOB_ID=77 SLURM_ARRAY_TASK_ID=1 "$P" sweep small.yaml --shard 1/2 \
          --db Results/small.shards/shard-1-of-2.sqlite --threads 1 --progress none >/dev/null 2>&1 &
        until "$P" status Results/small.shards --json 2>/dev/null | grep -q 77_1; do kill -0 $! || exit 4; done
        kill -KILL $!
        wait $!
        missing() { QUEUE=$1 "$P" slurm small.yaml --shards 2 --threads 1 --time 9 --mem 500 --missing >words 2>&1; }
        missing unknown; grep -q '1 shards are at work' words || exit 5
        missing "1 2"; grep -q '2 shards are at work' words || exit 6
        missing 2; grep -q 'shard 1/2: .* are missing; ended without a word' words || exit 7
        grep -q -e '--array=1$' Slurm/small/array.sbatch || exit 8
        """#
      #expect(try Program.shell(script, environment: ["WORK": folder.path]) == 0)
    }
  }

  @Test("the schema is printed for people and for programs, and a wrong name says which there are")
  func schema() throws {
    #expect(try Program.run(["schema"]).output.contains("view v_samples: "))
    #expect(try json(Program.run(["schema", "--json"]).output)["version"] as? Int == 4)
    let wrong = try Program.run(["schema", "v_sample"])
    #expect(wrong.status == 2 && wrong.errors.contains("v_samples"))
  }

  @Test("this machine computes the same bits in every way")
  func determinism() throws {
    let result = try Program.run(["doctor", "--determinism", "Datasets/demo/model", "--length", "80"])
    #expect(result.status == 0, "\(result.output)")
    #expect(result.output.contains("chunks of 7: the same bits") && !result.output.contains("OTHER"))
  }

  @Test("threads are the least that a cpuset, a batch system or a container's quota allows")
  func threads() {
    func count(_ affinity: Int, _ environment: [String: String] = [:], _ quota: String? = nil) -> Int {
      Allocation.threadCount(affinity: affinity, environment: environment, quota: quota)
    }
    #expect(count(16) == 16)
    #expect(count(16, ["SLURM_CPUS_PER_TASK": "4"]) == 4)
    #expect(count(2, ["SLURM_CPUS_PER_TASK": "4"]) == 2)
    #expect(count(16, ["NSLOTS": "3", "SLURM_CPUS_PER_TASK": "no"]) == 3)
    #expect(count(16, [:], "150000 100000\n") == 2)
    #expect(count(16, [:], "max 100000\n") == 16)
    #expect(count(0, ["SLURM_CPUS_PER_TASK": "0"]) == 1)
  }
}
