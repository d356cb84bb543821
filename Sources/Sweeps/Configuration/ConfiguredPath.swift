/// A path as a configuration writes it, with its variables replaced.
public struct ConfiguredPath: Hashable, Sendable {
  /// The path as written, variables included; what is stored and hashed, so that results do not depend on the machine.
  public let text: String
  /// Where it is written.
  public let location: TextLocation
  /// The path with its variables replaced; nil when one of them is not set.
  public let resolved: String?
  /// The first variable that is not set.
  public let unsetVariable: String?

  /// Replaces `${NAME}` and resolves a relative path.
  ///
  /// A relative path is relative to the working directory; where nothing is there, and something is there relative to
  /// the folder above the configuration's own, that is taken.
  init(
    _ text: String, location: TextLocation, folders: PathFolders
  ) throws(SweepError) {
    self.text = text
    self.location = location
    var output = ""
    var rest = text[...]
    var unset: String?
    while let start = rest.firstRange(of: "${") {
      output += rest[..<start.lowerBound]
      guard let end = rest[start.upperBound...].firstIndex(of: "}") else {
        throw .configuration(location, .variableSyntax(text))
      }
      let name = String(rest[start.upperBound..<end])
      guard !name.isEmpty, name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }) else {
        throw .configuration(location, .variableSyntax(text))
      }
      folders.variables?.insert(name)
      if let value = folders.environment[name], !value.isEmpty { output += value } else { unset = unset ?? name }
      rest = rest[rest.index(after: end)...]
    }
    output += rest
    self.unsetVariable = unset
    self.resolved = unset == nil ? folders.resolve(output) : nil
  }
}

/// The variables that a configuration names while it is read.
final class VariableLog {
  private(set) var names: Set<String> = []

  func insert(_ name: String) { names.insert(name) }
}

/// What paths of a configuration are resolved against.
struct PathFolders {
  /// The variables of the environment.
  let environment: [String: String]
  /// The folder above the configuration's own.
  let secondChoice: String?
  /// True where a file or folder exists.
  let exists: (String) -> Bool
  /// The folder that comes before the working directory: that of a file which a configuration names.
  var firstChoice: String?
  /// Notes the variables that paths name; nil where nobody asks.
  var variables: VariableLog?

  func resolve(_ path: String) -> String {
    // No path is none anywhere.
    guard !path.isEmpty else { return path }
    if let firstChoice, !path.hasPrefix("/"), exists(firstChoice + "/" + path) { return firstChoice + "/" + path }
    guard !path.hasPrefix("/"), let secondChoice, !exists(path) else { return path }
    let other = secondChoice.hasSuffix("/") ? secondChoice + path : secondChoice + "/" + path
    return exists(other) ? other : path
  }
}
