import Evaluation
import Foundation
import Kernels
import Positions
import Store
import Sweeps

/// What `sweep` and `plan` share: the configuration and which part of it.
enum SweepArguments {
  static let config = Positional(
    name: "CONFIG", help: "a YAML file; a path that differs only in case is found too")
  static let overrides = Positional(
    name: "key=value", help: "settings that win over the file, for example seed=7 or tasks.passkey.trials=5",
    isRequired: false, repeats: true)
  static let limit = Option.value("--limit", "N", "at most N samples of each cell")
  static let only = Option.value(
    "--only", "KEY=VALUE,...", "only these cells, for example task=passkey,method=plain,length=4096")
  static let shard = Option.value("--shard", "I/N", "part I of N, for several machines; `merge` joins their stores")
  static let skipMissing = Option.flag("--skip-missing", "leave out models and datasets that are not there")
  static let allowUnverified = Option.flag(
    "--allow-unverified", "take data that no `data import` made as a benchmark's; the report says so")
  static let database = Option.value(
    "--db", "DB",
    "the result store (default Results/<name>.sqlite; of a shard Results/<name>.shards/shard-I-of-N.sqlite)")
  static let memory = Option.value(
    "--memory", "GIB",
    "GiB that keys and values may take (default: what the machine has); a sweep that needs more is refused")
  static let selection = [memory, limit, only, shard, skipMissing, allowUnverified, database] + EngineOptions.devices

  static func configuration(_ arguments: Arguments) throws -> Configuration {
    try Configuration.load(
      path: arguments.positionals[0], overrides: Array(arguments.positionals.dropFirst()),
      taskTypes: Registry.tasks)
  }

  static let set = Option.value(
    "--set", "KEY=VALUE", repeats: true, "a setting that wins over the file of --config; may be given several times")

  /// The configuration that an option names, with the settings of `--set`; nil where it names none.
  static func configuration(_ arguments: Arguments, of option: Option) throws -> Configuration? {
    guard let path = arguments.text(option) else {
      guard !arguments.has(set) else { throw UsageError("\(set.name) needs \(option.name)") }
      return nil
    }
    return try Configuration.load(path: path, overrides: arguments.texts(set), taskTypes: Registry.tasks)
  }

  static func options(_ arguments: Arguments, threads: Int) throws -> SweepOptions {
    SweepOptions(
      only: try Selection(parsing: arguments.text(only).map { [$0] } ?? []), limit: try arguments.integer(limit),
      shard: try arguments.text(shard).map { try Shard(parsing: $0) }, skipsMissing: arguments.has(skipMissing),
      allowsUnverified: arguments.has(allowUnverified), threads: threads,
      memoryByteCount: try arguments.integer(memory).map { $0 << 30 }, machine: try MachineFile.machine(arguments))
  }

  static func databasePath(_ arguments: Arguments, _ configuration: Configuration) -> String {
    if let path = arguments.text(database) { return path }
    guard let part = arguments.text(shard) else { return StorePlaces.whole(configuration.name) }
    return StorePlaces.shard(part, of: configuration.name)
  }
}

extension Configuration {
  /// What runs of it record.
  var ofRuns: RunConfiguration { RunConfiguration(name: file, hash: hash, resolved: resolved) }
}
