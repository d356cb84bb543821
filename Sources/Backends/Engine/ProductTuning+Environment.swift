public import Foundation
import Text
public import Transformer

extension ProductTuning {
  /// The variable that forces shapes.
  static let variable = "SE_EVAL_SHAPES"

  /// What `SE_EVAL_SHAPES` says: `standard`, or shapes with commas between them; without it what is measured, kept in the
  /// user's cache folder.
  ///
  /// - Parameter environment: the variables.
  /// - Returns: how shapes are chosen.
  /// - Throws: `DeviceFailure` for a shape that there is not.
  public static func ofEnvironment(
    _ environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws(DeviceFailure) -> ProductTuning {
    guard let text = environment[variable], !text.isEmpty else { return .measured(folder: CacheFolder.path) }
    guard text != "standard" else { return .standard }
    var shapes: [Shape] = []
    for word in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let shape = Shape(word) else {
        throw DeviceFailure(
          "\(variable) is '\(text)', expected standard, or some of \(Shape.spellings.joined(separator: ", "))",
          fault: .usage)
      }
      shapes.append(shape)
    }
    return .forced(shapes)
  }
}
