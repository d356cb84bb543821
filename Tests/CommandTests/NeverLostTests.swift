import Foundation
import TestSupport
import Testing

@testable import Store

/// Kills and full disks where they hurt: afterwards the same command ends with what it would have ended with.
@Suite(.serialized) struct NeverLostTests {
  /// Runs a script where it may mount file systems of its own, which end with it; 77 where that is not permitted.
  private static func mounting(_ script: String, _ arguments: [String]) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    let isRoot = getuid() == 0
    process.arguments = ["unshare", isRoot ? "-m" : "-mr", "bash", "-c", script, "bash"] + arguments
    process.standardInput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.currentDirectoryURL = Program.root
    do { try process.run() } catch { return 77 }
    process.waitUntilExit()
    return process.terminationStatus
  }

  private static let mayMount =
    (try? mounting("d=$(mktemp -d) && mount -t tmpfs -o size=64k tmpfs $d && umount $d && rmdir $d", [])) == 0

  @Test(
    "a full disk under the store or the report loses nothing that was stored, and with room the same command goes on",
    .enabled(if: mayMount, "file systems cannot be mounted here"))
  func fullDisk() throws {
    try Program.inTemporaryFolder { folder in
      let config = try SmallSweep.write(to: folder, trials: 6)
      #expect(try Program.run(SmallSweep.arguments(config, folder)).status == 0)
      let script = """
        program=$1; config=$2; work=$3
        mkdir "$work/disk" "$work/narrow" || exit 3
        mount -t tmpfs -o size=400k tmpfs "$work/disk" && mount -t tmpfs -o size=16k tmpfs "$work/narrow" || exit 77
        sweep() { "$program" sweep "$config" --db "$work/disk/small.sqlite" --report "$work/full" --progress none 2>"$work/words"; }
        report() { "$program" report "$work/disk/small.sqlite" --out "$work/narrow/report" >/dev/null 2>"$work/words"; }
        sweep; [ $? -eq 1 ] || exit 4
        grep -q 'no room is left' "$work/words" || exit 5
        "$program" status "$work/disk/small.sqlite" || exit 6
        mount -o remount,size=64m "$work/disk"
        sweep || exit 7
        report; [ $? -eq 1 ] || exit 8
        grep -q 'no room is left' "$work/words" || exit 9
        mount -o remount,size=64m "$work/narrow"
        report || exit 10
        diff -r -x 'timing.*' "$work/report" "$work/full" && diff -r -x 'timing.*' "$work/report" "$work/narrow/report" || exit 11
        """
      #expect(try Self.mounting(script, [Program.executable.path, config, folder.path]) == 0)
    }
  }

  /// Kills a command at moments of its life that lie further and further on, until it has once come to its end.
  private func killed(_ words: [String], in folder: URL, seed: UInt64) throws -> Int {
    var random = SplitMix64(seed: seed)
    var hits = 0
    var step = 0.004
    while hits < 30 {
      let process = try Program.start(words, in: folder)
      Thread.sleep(forTimeInterval: Double.random(in: 0.5...1, using: &random) * step)
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      if process.terminationReason != .uncaughtSignal { break }
      hits += 1
      step *= 1.3
    }
    return hits
  }

  private func shards(_ folder: URL) throws -> (config: String, shards: String) {
    let config = try SmallSweep.write(to: folder, trials: 6)
    let shards = folder.appendingPathComponent("shards").path
    for shard in 1...2 {
      let words = ["sweep", config, "--shard", "\(shard)/2", "--db", "\(shards)/\(shard).sqlite", "--progress", "none"]
      #expect(try Program.run(words).status == 0)
    }
    return (config, shards)
  }

  @Test("merge, report and rescore that are killed leave nothing half done, and end as if they had not been")
  func mergeReportRescore() throws {
    try Program.inTemporaryFolder { folder in
      let (_, shards) = try shards(folder)
      let calm = folder.appendingPathComponent("calm.sqlite").path
      let joined = folder.appendingPathComponent("joined.sqlite").path
      let report = folder.appendingPathComponent("report").path
      #expect(try Program.run(["merge", shards, "--into", calm, "--strict"]).status == 0)
      #expect(try Program.run(["report", calm, "--out", report]).status == 0)
      let wanted = try SmallSweep.report(folder)
      try FileManager.default.removeItem(atPath: report)
      #expect(try killed(["merge", shards, "--into", joined], in: folder, seed: 1) > 0)
      #expect(try Program.run(["merge", shards, "--into", joined, "--strict"]).status == 0)
      #expect(try killed(["rescore", joined], in: folder, seed: 2) > 0)
      #expect(try Program.run(["rescore", joined]).status == 0)
      #expect(try killed(["report", joined, "--out", report], in: folder, seed: 3) > 0)
      #expect(try Program.run(["report", joined, "--out", report]).status == 0)
      let got = try SmallSweep.report(folder)
      #expect(Set(wanted.keys) == Set(got.keys))
      for (name, content) in wanted { #expect(got[name] == content, "\(name) differs") }
      let doctor = try Program.run(["doctor", joined])
      #expect(doctor.status == 0, "\(doctor.output)")
    }
  }

  /// What the views show of a store, but for when.
  private func rows(_ store: ResultStore) throws -> [String] {
    try store.cells().flatMap { cell in
      try store.results(in: cell.id, withPrompts: true, withLogProbabilities: true).map { "\(cell.record) \($0)" }
    }
  }

  @Test("a migration that is killed is made anew by the next command, with every result")
  func migration() throws {
    try Program.inTemporaryFolder { folder in
      let sql = Program.root.appendingPathComponent("Tests/StoreTests/Fixtures/store-v1.sql")
      let old = folder.appendingPathComponent("old.sqlite").path
      let other = folder.appendingPathComponent("other.sqlite").path
      let script = String(decoding: try Data(contentsOf: sql), as: UTF8.self)
      // Many results, so that there is time to kill.
      let many = """
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
          INSERT INTO evaluations SELECT 1000 + i, 'copy ' || i, e.prompt, e.first_tokens, e.prompt_token_count,
            e.truncated_token_count, e.expected, e.facts, e.output, e.output_tokens, e.finish_reason,
            e.log_probabilities, e.duration_seconds, e.computed_token_count, e.recorded_at
          FROM n JOIN evaluations e ON e.id = 2;
        INSERT INTO scores SELECT e.id, s.ordinal, s.metric, s.value, s.unscored FROM evaluations e JOIN scores s
          ON s.evaluation = 2 WHERE e.id > 1000;
        INSERT INTO results SELECT e.id, 2, 'copy/' || e.id, e.identity, e.id, 1, 1 FROM evaluations e WHERE e.id > 1000;
        """
      for path in [old, other] {
        try Connection(path: path, access: .create, busyTimeoutMilliseconds: 0, vfs: nil).execute(script + many)
      }
      let wanted = try rows(ResultStore.open(old, mode: .readOnly))
      #expect(wanted.count > 20_000)
      #expect(try killed(["merge", other, "--into", old], in: folder, seed: 4) > 0)
      #expect(try Program.run(["merge", other, "--into", old]).status == 0)
      let got = try rows(ResultStore.open(old, mode: .readOnly))
      #expect(got == wanted)
      let doctor = try Program.run(["doctor", old])
      #expect(doctor.status == 0, "\(doctor.output)")
    }
  }
}
