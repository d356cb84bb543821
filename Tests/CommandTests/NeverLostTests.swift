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
      // As scorings of an older program: each is made anew and written.
      let count = try Self.age(joined)
      #expect(try killed(["rescore", joined], in: folder, seed: 2) > 0)
      #expect(try Program.run(["rescore", joined]).status == 0)
      let scorings = try Self.scoringCounts(joined)
      #expect(scorings.old == count && scorings.new == count && count > 40)
      #expect(try killed(["report", joined, "--out", report], in: folder, seed: 3) > 0)
      #expect(try Program.run(["report", joined, "--out", report]).status == 0)
      let got = try SmallSweep.report(folder)
      #expect(Set(wanted.keys) == Set(got.keys))
      for (name, content) in wanted { #expect(got[name] == content, "\(name) differs") }
      let doctor = try Program.run(["doctor", joined])
      #expect(doctor.status == 0, "\(doctor.output)")
    }
  }

  private static func connection(_ path: String) throws -> Connection {
    try Connection(path: path, access: .existing, busyTimeoutMilliseconds: 1000, vfs: nil)
  }

  /// Makes all scorings those of another scorer with other values, and returns their number.
  private static func age(_ path: String) throws -> Int {
    let connection = try connection(path)
    try connection.execute(
      """
      UPDATE scorings SET scorer_version = '0', identity = NULL;
      UPDATE scores SET value = 1 - value WHERE metric IN ('accuracy', 'prefix_match');
      UPDATE scores SET value = value + 1 WHERE metric = 'perplexity';
      """)
    return try connection.first("SELECT count(*) FROM scorings") { $0.count(0) } ?? 0
  }

  /// Scorings that `age` made, and those that were made since.
  private static func scoringCounts(_ path: String) throws -> (old: Int, new: Int) {
    try connection(path).first("SELECT sum(scorer_version = '0'), sum(scorer_version <> '0') FROM scorings") {
      ($0.count(0), $0.count(1))
    } ?? (0, 0)
  }

  @Test("a scoring that lost a score is told by doctor, and made again by the next sweep without the model")
  func lostScore() throws {
    try Program.inTemporaryFolder { folder in
      let config = try SmallSweep.write(to: folder, trials: 1)
      let store = folder.appendingPathComponent("small.sqlite").path
      let arguments = SmallSweep.arguments(config, folder) + ["--progress", "none"]
      #expect(try Program.run(arguments).status == 0)
      let wanted = try SmallSweep.report(folder)
      try Self.connection(store).execute(
        """
        DELETE FROM scores WHERE metric = 'token_count' AND scoring =
          (SELECT scoring FROM results r JOIN cells c ON c.id = r.cell WHERE c.task = 'pg19' ORDER BY r.id LIMIT 1);
        DELETE FROM scores WHERE metric = 'prefix_match' AND scoring =
          (SELECT scoring FROM results r JOIN cells c ON c.id = r.cell WHERE c.task = 'passkey' ORDER BY r.id LIMIT 1)
        """)
      let doctor = try Program.run(["doctor", store])
      #expect(doctor.status == 5 && doctor.output.contains("\(store): INCOMPLETE"), "\(doctor.output)")
      #expect(doctor.output.contains("its score token_count is not there"))
      #expect(try Program.run(["doctor", store, "--json"]).output.contains(#""incomplete":true"#))
      // What is recovered of it has the evaluations, and the sweep on it runs no model either.
      let saved = folder.appendingPathComponent("saved.sqlite").path
      #expect(try Program.run(["doctor", store, "--recover", saved]).status == 0)
      for path in [store, saved] {
        var words = arguments
        words[3] = path
        let again = try Program.run(words)
        #expect(again.status == 0 && again.errors.contains("0 samples evaluated, 2 shared"), "\(again.errors)")
        let got = try SmallSweep.report(folder)
        #expect(Set(wanted.keys) == Set(got.keys))
        for (name, content) in wanted where !name.hasPrefix("data/runs") {
          #expect(got[name] == content, "\(name) differs")
        }
        #expect(try Program.run(["doctor", path]).status == 0)
        #expect(try Program.run(words).errors.contains("0 samples evaluated, 0 shared"))
      }
    }
  }

  @Test("two sweeps on one store at once end with what one ends with")
  func twoSweeps() throws {
    try Program.inTemporaryFolder { folder in
      let config = try SmallSweep.write(to: folder, trials: 4)
      let arguments = SmallSweep.arguments(config, folder) + ["--progress", "none"]
      #expect(try Program.run(arguments).status == 0)
      let wanted = try SmallSweep.report(folder)
      let other = folder.appendingPathComponent("other")
      try FileManager.default.createDirectory(at: other, withIntermediateDirectories: true)
      func words(_ report: String) -> [String] {
        [
          "sweep", config, "--db", other.appendingPathComponent("s.sqlite").path, "--report",
          other.appendingPathComponent(report).path, "--progress", "none",
        ]
      }
      let processes = try ["report", "second"].map { try Program.start(words($0), in: other) }
      for process in processes { process.waitUntilExit() }
      #expect(processes.map(\.terminationStatus) == [0, 0])
      let store = other.appendingPathComponent("s.sqlite").path
      #expect(try Program.run(["doctor", store]).status == 0)
      // Whoever ended first has reported what was there then, all of it.
      #expect(try Program.run(["report", store, "--out", other.appendingPathComponent("report").path]).status == 0)
      let got = try SmallSweep.report(other)
      #expect(Set(wanted.keys) == Set(got.keys))
      for (name, content) in wanted { #expect(got[name] == content, "\(name) differs") }
      let connection = try Self.connection(store)
      #expect(try connection.first("SELECT count(*) FROM runs") { $0.count(0) } == 2)
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
