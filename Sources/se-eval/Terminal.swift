import Foundation
import JSON
import Synchronization

/// The process's streams: results go to standard output, everything for people to standard error.
enum Terminal {
  /// Takes results in place of standard output: a test that runs a command inside its own process.
  @TaskLocal static var recorder: Recorder?

  /// Keeps what a command printed.
  final class Recorder: Sendable {
    private let lines = Mutex("")

    /// Everything that was printed.
    var text: String { lines.withLock { $0 } }

    fileprivate func append(_ text: String) { lines.withLock { $0 += text } }
  }

  /// Writes a result.
  static func print(_ text: String) { write(text + "\n") }

  /// Writes a result that brings its own line ends.
  static func write(_ text: String) {
    if let recorder { recorder.append(text) } else { FileHandle.standardOutput.write(Data(text.utf8)) }
  }

  /// Writes a message for a person.
  static func message(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }

  /// Writes to standard error without a line end, for a progress bar.
  static func status(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }

  /// True where standard error is a terminal that a bar can be drawn on.
  static var canDrawBar: Bool {
    let environment = ProcessInfo.processInfo.environment
    return isatty(2) == 1 && environment["CI"] == nil && environment["TERM"] != "dumb"
  }

  /// Writes a value as one JSON object with sorted keys.
  static func printJSON(_ value: some Encodable) throws {
    print(try JSONValue(encoding: value).written(.compact))
  }
}
