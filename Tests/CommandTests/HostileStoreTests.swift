import Foundation
import Testing

@testable import Store

/// What every command that opens a store says of a damaged one: exit status 5, the file, and how to save the rest.
@Suite struct HostileStoreTests {
  /// The commands, with %s for the damaged store and %o for a whole one, %b for a baseline and %c for its configuration.
  private static let commands = [
    "report %s --out %f/report", "compare %s plain self-extend:G=8,W=64", "check %s --baseline %b", "status %s",
    "plan %c --db %s", "sweep %c --db %s --report %f/report --quiet", "merge %s --into %f/joined.sqlite",
    "merge %o --into %s", "rescore %s", "export %s --format jsonl --out %f/samples.jsonl", "samples %s", "doctor %s",
    "baseline %s --out %f/other.json",
  ]

  @Test("a store without a table, with a false version, with a score that cannot be: every command ends with 5")
  func statuses() throws {
    try Program.inTemporaryFolder { folder in
      func path(_ name: String) -> String { folder.appendingPathComponent(name).path }
      let config = path("small.yaml")
      try """
      name: small
      models: [{name: demo, path: Datasets/demo/model}]
      methods: [plain, "self-extend:G=8,W=64"]
      tasks:
        - passkey: {lengths: [128], depths: 1, trials: 1, max-new-tokens: 1}

      """.write(toFile: config, atomically: true, encoding: .utf8)
      let whole = path("whole.sqlite")
      #expect(
        try Program.run(["sweep", config, "--db", whole, "--report", path("report"), "--quiet"]).status == 0)
      #expect(try Program.run(["baseline", whole, "--out", path("b.json")]).status == 0)
      try Connection(path: whole, access: .existing, busyTimeoutMilliseconds: 0, vfs: nil)
        .execute("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE")
      for (sql, readers) in [
        ("DROP TABLE heartbeats", Self.commands), ("PRAGMA user_version = 1", Self.commands),
        // Counts and runs say nothing of scores; what is brought into a store reads no others of it.
        (
          "UPDATE scores SET value = 7 WHERE metric = 'accuracy'",
          Self.commands.filter { !$0.hasPrefix("status") && !$0.hasPrefix("merge %o") }
        ),
      ] {
        for command in readers {
          let damaged = path("damaged.sqlite")
          for name in ["damaged.sqlite", "damaged.sqlite-wal", "damaged.sqlite-shm", "joined.sqlite"] {
            try? FileManager.default.removeItem(atPath: path(name))
          }
          try FileManager.default.copyItem(atPath: whole, toPath: damaged)
          try Connection(path: damaged, access: .existing, busyTimeoutMilliseconds: 0, vfs: nil)
            .execute("PRAGMA foreign_keys = OFF; \(sql)")
          let words = command.split(separator: " ").map {
            String($0).replacing("%s", with: damaged).replacing("%o", with: whole).replacing("%b", with: path("b.json"))
              .replacing("%c", with: config).replacing("%f", with: folder.path)
          }
          let result = try Program.run(words)
          let said = result.errors + result.output
          #expect(result.status == 5, "\(command) after \(sql): \(said)")
          #expect(said.contains("damaged.sqlite") && said.contains("--recover"), "\(command) after \(sql): \(said)")
        }
      }
    }
  }
}
