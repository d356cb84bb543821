import Checkpoints
import Foundation
import JSON
import Kernels
import Positions
import Store
import Sweeps
import Text
import Transformer

/// `doctor`: whether a store is whole, what can be saved of one that is not, and whether this machine computes alike.
enum DoctorCommand {
  private static let recover = Option.value(
    "--recover", "NEW", "copy what can be read into a new store, and say what was lost")
  private static let determinism = Option.value(
    "--determinism", "MODEL", "prove on this machine: threads, chunkings, instruction sets, prefix reuse, the same bits"
  )
  private static let length = Option.value("--length", "N", "tokens of the proof (default 300)")

  static let command = Command(
    name: "doctor", summary: "Check a store, save what can be read of a damaged one, prove equal bits",
    details: [
      "Checks SQLite's integrity, every column of every table, references between tables, keys of cells, hashes of prompts,\n"
        + "identities of scorings, scores against what their metrics can be, and scorings for lost scores. A store is only\n"
        + "read. Exit status 5 where something is damaged or lost, 1 where bits differ."
    ],
    positionals: [Positional(name: "DB", help: "stores, or folders of stores", isRequired: false, repeats: true)],
    options: [recover, determinism, length]
  ) { arguments in
    if let model = arguments.text(determinism) { return try prove(model, arguments) }
    guard !arguments.positionals.isEmpty else { throw UsageError("'doctor' needs DB, or --determinism MODEL") }
    if let target = arguments.text(recover) { return try recover(arguments, into: target) }
    var isDamaged = false
    var reports: [JSONValue] = []
    for path in try arguments.positionals.flatMap({ try ResultStore.storeFiles($0) }) {
      let findings = try StoreDoctor.examine(path, ranges: Registry.ranges)
      let damage = findings.contains { $0.severity == .damage }
      let lack = findings.contains { $0.severity == .incomplete }
      isDamaged = isDamaged || damage || lack
      if arguments.has(GlobalOptions.json) {
        reports.append(json(path, findings))
        continue
      }
      Terminal.print("\(path): \(damage ? "DAMAGED" : lack ? "INCOMPLETE" : "whole")")
      for finding in findings { Terminal.print("  \(finding.severity == .note ? "note: " : "")\(finding.text)") }
      if damage { Terminal.print("  save what can be read: se-eval doctor \(path) --recover NEW.sqlite") }
    }
    if arguments.has(GlobalOptions.json) { Terminal.print(JSONValue.array(reports).written(.compact)) }
    return isDamaged ? .missingInput : .complete
  }

  private static func json(_ path: String, _ findings: [StoreFinding]) -> JSONValue {
    .object([
      "path": .string(path), "damaged": .bool(findings.contains { $0.severity == .damage }),
      "incomplete": .bool(findings.contains { $0.severity == .incomplete }),
      "findings": .array(
        findings.map { .object(["severity": .string($0.severity.rawValue), "text": .string($0.text)]) }),
    ])
  }

  private static func recover(_ arguments: Arguments, into target: String) throws -> ExitStatus {
    guard arguments.positionals.count == 1 else { throw UsageError("--recover takes one DB") }
    guard !FileManager.default.fileExists(atPath: target) else {
      throw UsageError("--recover \(target): a file of that name is there; name a new one")
    }
    let summary = try StoreDoctor.recover(arguments.positionals[0], into: target, ranges: Registry.ranges)
    for table in summary.tables {
      let lost =
        table.unreadableCount > 0 ? ", \(NumberText.grouped(table.unreadableCount)) places could not be read" : ""
      Terminal.print("\(table.name): \(NumberText.grouped(table.rowCount)) rows\(lost)")
    }
    for note in summary.notes { Terminal.print("lost: \(note)") }
    let findings = try StoreDoctor.examine(target, ranges: Registry.ranges).filter { $0.severity != .note }
    for finding in findings { Terminal.print("still damaged: \(finding.text)") }
    Terminal.message("\(target) is the recovered store; \(arguments.positionals[0]) was only read")
    return findings.isEmpty ? .complete : .missingInput
  }

  // MARK: Determinism

  /// Computes the same logits in many ways and compares the bits.
  private static func prove(_ path: String, _ arguments: Arguments) throws -> ExitStatus {
    let model = try Model.load(path: path)
    let count = try arguments.integer(length, atLeast: 16) ?? 300
    let vocabulary = model.hyperparameters.vocabularySize
    var state: UInt64 = 1
    let tokens = (0..<count).map { _ -> Int in
      // Any sequence will do: Knuth's generator of MMIX.
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % vocabulary
    }
    var isEqual = true
    for text in ["plain", "self-extend:G=4,W=\(max(8, count / 8))"] {
      let method = try Method(parsing: text)
      func logits(_ workers: Workers, chunk: Int? = nil, reuses: Bool = false) throws -> [UInt32] {
        let session = Session(model: model, method: method, workers: workers, options: SessionOptions(chunkSize: chunk))
        if reuses { _ = try session.logits(Array(tokens.prefix(count / 2)) + [tokens[0], tokens[1]], last: 1) }
        return try session.logits(tokens, last: 8).map(\.bitPattern)
      }
      let reference = try logits(Workers(threads: 1))
      var ways: [(String, () throws -> [UInt32])] = [
        ("\(Allocation.threadCount + 1) threads", { try logits(Workers(threads: Allocation.threadCount + 1)) }),
        ("the beginning reused", { try logits(Workers(threads: 1), reuses: true) }),
      ]
      for chunk in [1, 7, 64] where chunk < count {
        ways.append(("chunks of \(chunk)", { try logits(Workers(threads: 1), chunk: chunk) }))
      }
      for set in InstructionSet.available {
        ways.append((set.rawValue, { try logits(Workers(threads: 1, instructionSet: set)) }))
      }
      for (name, compute) in ways {
        let same = try compute() == reference
        isEqual = isEqual && same
        Terminal.print("\(text), \(name): \(same ? "the same bits" : "OTHER BITS")")
      }
    }
    return isEqual ? .complete : .failed
  }
}
