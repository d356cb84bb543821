import Foundation
import Sweeps
import Text

/// Where this machine's measurements are kept, for estimates of time.
enum MachineFile {
  static let option = Option.value(
    "--machine", "FILE",
    "estimate for the machine of this file, which `plan --calibrate` wrote there (default: this one's, where there is one)"
  )

  /// This machine's own file: `$SE_EVAL_MACHINE`, else in the user's cache folder, by host; nil where there is no such
  /// folder.
  static var path: String? {
    let environment = ProcessInfo.processInfo.environment
    if let path = environment["SE_EVAL_MACHINE"], !path.isEmpty { return path }
    return CacheFolder.path(environment).map { "\($0)/machine-\(ProcessInfo.processInfo.hostName).json" }
  }

  /// The same for a person.
  static let shownPath = "$SE_EVAL_MACHINE or ~/.cache/se-eval/machine-<host>.json"

  /// The measurements to estimate by; nil where there are none.
  ///
  /// - Throws: `UsageError` for a file of `--machine` that is none; this machine's own is then measured anew.
  static func machine(_ arguments: Arguments) throws -> Machine? {
    guard let given = arguments.text(option) else {
      return path.flatMap { try? Files.readText($0) }.flatMap { Machine(json: $0) }
    }
    guard let machine = Machine(json: try Files.readText(given)) else {
      throw UsageError("\(option.name) \(given) is no file that `plan --calibrate` wrote")
    }
    return machine
  }

  /// Where this machine's measurements go.
  ///
  /// - Throws: `UsageError` where there is no place for them.
  static func requiredPath() throws -> String {
    guard let path else {
      throw UsageError("neither HOME nor XDG_CACHE_HOME says where to keep measurements: set SE_EVAL_MACHINE to a file")
    }
    return path
  }

  /// Adds measurements to this machine's file.
  static func remember(_ entries: [Machine.Entry], in path: String) throws -> Machine {
    var machine = (try? Files.readText(path)).flatMap { Machine(json: $0) } ?? Machine(name: Machine.currentName)
    for entry in entries { machine.remember(entry) }
    try SweepCommand.makeFolder(of: path, named: "SE_EVAL_MACHINE")
    try Files.write(Data(machine.json.utf8), to: path)
    return machine
  }
}
