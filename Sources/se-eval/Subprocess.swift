import Foundation

/// Another program that is asked something.
enum Subprocess {
  /// What it answered.
  struct Answer {
    let status: Int32
    let output: String
    let errors: String
  }

  /// Runs a program of the search path to its end; nil where there is none of that name.
  static func run(_ words: [String], in folder: String? = nil) -> Answer? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = words
    if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
    let (output, errors) = (Pipe(), Pipe())
    (process.standardOutput, process.standardError) = (output, errors)
    process.standardInput = FileHandle.nullDevice
    do { try process.run() } catch { return nil }
    // What is asked here answers in less than a pipe holds.
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    let problem = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return process.terminationStatus == 127
      ? nil : Answer(status: process.terminationStatus, output: text, errors: problem)
  }
}
