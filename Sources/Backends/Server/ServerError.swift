public import Text

/// Why a server cannot serve as a model.
public enum ServerError: FaultReporting, Hashable {
  /// The URL or another setting is impossible.
  case setting(String, expected: String)
  /// The variable that should hold the key is not set, or holds none.
  case noKey(variable: String)
  /// It cannot be reached, is gone, or refuses to work.
  case lost(String)
  /// It answers, and cannot be used.
  case refused(String)
  /// Somebody asked to stop.
  case cancelled
  /// It is another one than at the beginning.
  case changed([String])

  /// What stopped the work.
  public var fault: Fault {
    switch self {
    case .setting, .noKey: .usage
    case .lost, .changed: .runtime
    case .refused: .damagedInput
    case .cancelled: .interrupted
    }
  }
}

extension ServerError: CustomStringConvertible {
  /// What is wrong and what to do.
  public var description: String {
    switch self {
    case .setting(let key, let expected): "server.\(key): expected \(expected)"
    case .noKey(let variable):
      "the variable \(variable), which key-env names, holds no key; set it: export \(variable)=..."
    case .lost(let reason): reason
    case .refused(let reason): reason
    case .cancelled: "stopped"
    case .changed(let differences):
      "the server changed during the run (\(differences.joined(separator: "; "))): results since the last look may be of "
        + "either; run them again with --db of another name, against a server that stays"
    }
  }
}

/// Why one exchange with a server gave nothing.
enum ServerFailure: Error, Hashable {
  /// Somebody asked to stop.
  case cancelled
  /// The server is not there any more, or takes nothing from us: no other request will fare better.
  case lost(String)
  /// This request has no answer.
  case request(String)
}
