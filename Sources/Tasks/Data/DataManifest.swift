import Digest
import Foundation
import JSON
import Text

/// What an import wrote into a benchmark's folder: names, hashes, rows and where they came from.
public struct DataManifest: Codable, Hashable, Sendable {
  /// How a file stands to the official one.
  public enum Standing: String, Codable, Hashable, Sendable, CaseIterable {
    /// Its SHA-256 is the official file's.
    case official
    /// The official hash is not known; fields and the number of rows are right.
    case checked
    /// It is not the official file, and was taken because the user said so.
    case different
    /// Made by the import out of official files.
    case derived
  }

  /// One file.
  public struct File: Codable, Hashable, Sendable {
    /// The path under the benchmark's folder.
    public var name: String
    /// The size.
    public var bytes: Int
    /// SHA-256 of the file as it lies there.
    public var sha256: String
    /// Rows of a JSONL file.
    public var rows: Int?
    /// How it stands to the official file.
    public var standing: Standing
    /// What is different, or made.
    public var note: String?
    /// The path inside the source.
    public var source: String
  }

  /// The version of this file's form.
  public var format = 1
  /// The benchmark's name.
  public var benchmark: String
  /// The day of the import, UTC, for example `2026-11-21`.
  public var imported: String
  /// The program and its version.
  public var program: String
  /// Where the official files come from.
  public var origin: String
  /// The files, sorted by name.
  public var files: [File]

  /// The name of the file under the benchmark's folder.
  public static let fileName = "se-eval-manifest.json"

  /// The manifest of a folder; nil where there is none.
  ///
  /// - Parameter folder: a benchmark's folder.
  /// - Returns: the manifest.
  /// - Throws: `TaskError.damagedData` where it is there and cannot be read.
  public static func read(folder: String) throws(TaskError) -> DataManifest? {
    let path = folder + "/" + fileName
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    guard let bytes = try? WholeFile.bytes(path),
      let manifest = try? JSONValue(bytes: bytes)?.decoded(as: DataManifest.self), manifest.format == 1
    else {
      throw .damagedData(
        path: path, line: nil, problem: "it is not what `se-eval data import` writes; import the data again")
    }
    return manifest
  }

  /// The manifest as JSON with sorted keys.
  var json: Data { Data((JSONValue.text(of: self, .pretty) + "\n").utf8) }

  func file(_ name: String) -> File? { files.first { $0.name == name } }
}

/// A day as text without a locale.
enum Today {
  /// Today in UTC, for example `2026-11-21`.
  static var text: String { text(secondsSince1970: Date().timeIntervalSince1970) }

  /// The civil date of a time (days since 1970 counted in 400-year eras that begin on 1 March).
  static func text(secondsSince1970 seconds: Double) -> String {
    let days = Int((seconds / 86_400).rounded(.down)) + 719_468
    let era = days / 146_097
    let dayOfEra = days - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shifted + 2) / 5 + 1
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(year)-\(two(month))-\(two(day))"
  }
}
