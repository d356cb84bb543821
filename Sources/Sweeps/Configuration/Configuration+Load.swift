import Foundation
public import Tasks
import Text

extension Configuration {
  /// Reads a configuration file.
  ///
  /// - Parameters:
  ///   - path: the file, or a pipe; where it does not exist, one whose path differs only in case is taken.
  ///   - overrides: `key=value` arguments, the later ones winning; see `Override`.
  ///   - taskTypes: the tasks that there are.
  ///   - environment: the variables that `${NAME}` may name; nil for the program's own.
  /// - Returns: the checked configuration. A variable that is not set is no error here: it stands in the path concerned.
  /// - Throws: `SweepError` with file, line and column.
  public static func load(
    path: String, overrides: [String] = [], taskTypes: [any EvaluationTask.Type],
    environment: [String: String]? = nil
  ) throws(SweepError) -> Configuration {
    let found = try ConfigurationFile.locate(path)
    let bytes: [UInt8]
    do throws(WholeFileProblem) { bytes = try WholeFile.bytes(found, byteLimit: YAMLReader.byteLimit) } catch {
      throw .unreadable(path: found, problem: error)
    }
    return try read(
      bytes, file: found, overrides: overrides, taskTypes: taskTypes,
      environment: environment ?? ProcessInfo.processInfo.environment)
  }

  /// The task entries of a resolved configuration as a run's record keeps it, without models and gates.
  ///
  /// - Parameters:
  ///   - resolved: the canonical JSON of `Configuration.resolved`.
  ///   - store: the store that it is from, for errors.
  ///   - taskTypes: the tasks that there are.
  ///   - environment: the variables that `${NAME}` may name; nil for the program's own.
  /// - Returns: the entries, in the record's order.
  /// - Throws: `SweepError`, for example where a task of the record is not known any more.
  public static func tasks(
    ofResolved resolved: String, store: String, taskTypes: [any EvaluationTask.Type],
    environment: [String: String]? = nil
  ) throws(SweepError) -> [TaskEntry] {
    let file = "the configuration stored in \(store)"
    let root = try YAMLReader.read(Array(resolved.utf8), file: file)
    let folders = PathFolders(
      environment: environment ?? ProcessInfo.processInfo.environment, secondChoice: nil,
      exists: { FileManager.default.fileExists(atPath: $0) })
    let reader = ConfigurationReader(file: file, taskTypes: taskTypes, folders: folders, readFile: { _ in nil })
    guard case .mapping(let entries) = root.content, let tasks = entries.first(where: { $0.key == "tasks" })?.value,
      case .sequence(let nodes) = tasks.content
    else { throw .configuration(root.location, .missingKey("tasks", of: file)) }
    return try reader.tasks(nodes)
  }

  /// Reads a configuration from its bytes; `file` is the name used in errors and for relative paths.
  public static func read(
    _ bytes: [UInt8], file: String, overrides: [String] = [], taskTypes: [any EvaluationTask.Type],
    environment: [String: String]
  ) throws(SweepError) -> Configuration {
    var root = try YAMLReader.read(bytes, file: file)
    for override in overrides { root = try Override(parsing: override).applied(to: root) }
    let variables = VariableLog()
    let folders = PathFolders(
      environment: environment, secondChoice: ConfigurationFile.folderAbove(file),
      exists: { FileManager.default.fileExists(atPath: $0) }, variables: variables)
    var configuration = try ConfigurationReader(
      file: file, taskTypes: taskTypes, folders: folders,
      readFile: { try? WholeFile.bytes($0) }
    ).read(root)
    configuration.variables = variables.names
    return configuration
  }
}

/// Finds configuration files.
enum ConfigurationFile {
  /// The file of that path, or one that differs from it only in case.
  static func locate(_ path: String) throws(SweepError) -> String {
    let manager = FileManager.default
    if manager.fileExists(atPath: path) { return path }
    var found = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/") {
      let exact = found + part
      if manager.fileExists(atPath: exact) {
        found = exact + "/"
        continue
      }
      let folder = found.isEmpty ? "." : found
      let names = ((try? manager.contentsOfDirectory(atPath: folder)) ?? []).sorted()
      let matches = names.filter { $0.lowercased() == part.lowercased() }
      guard let match = matches.first, matches.count == 1 else {
        let candidates = names.filter { $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") }
        throw .noConfiguration(
          path: path, suggestion: Suggestion.nearest(to: String(part), among: candidates).map { found + $0 })
      }
      found += match + "/"
    }
    return String(found.dropLast())
  }

  /// The folder that holds the file, as an absolute path.
  static func folder(of file: String) -> String {
    URL(fileURLWithPath: file).standardizedFileURL.deletingLastPathComponent().path
  }

  /// The folder above the one that holds the file, as an absolute path.
  static func folderAbove(_ file: String) -> String? {
    let folder = URL(fileURLWithPath: file).standardizedFileURL.deletingLastPathComponent()
    let above = folder.deletingLastPathComponent().path
    return above == folder.path ? nil : above
  }
}
