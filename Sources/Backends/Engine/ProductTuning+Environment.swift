public import Foundation
import Text
public import Transformer

extension ProductTuning {
  /// The variable that forces shapes.
  static let variable = "SE_EVAL_SHAPES"

  /// What `SE_EVAL_SHAPES` says: `standard`, or a shape or two; without it what is measured, kept in the user's cache
  /// folder.
  ///
  /// - Parameter environment: the variables.
  /// - Returns: how shapes are chosen.
  /// - Throws: `DeviceFailure` for a shape that there is not.
  public static func ofEnvironment(
    _ environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws(DeviceFailure) -> ProductTuning {
    guard let text = environment[variable], !text.isEmpty else {
      return .measured(folder: CacheFolder.path(environment))
    }
    guard let tuning = ProductTuning(text) else {
      throw DeviceFailure(
        "\(variable) is '\(text)', expected standard, or one or both of a tile and a shape for few rows, with a comma "
          + "between them: \(ProductShape.spellings.joined(separator: ", "))",
        fault: .usage)
    }
    return tuning
  }
}
