public import Evaluation
import Positions

extension Selection.MethodSyntax {
  /// The methods of Positions.
  public static let methods = Selection.MethodSyntax(
    canonical: { text in (try? MethodChoice(parsing: text))?.description },
    isParameter: { key, method in
      guard let colon = method.firstIndex(of: ":") else { return false }
      return Method.parameters(of: String(method[..<colon])).contains { $0.name == key || $0.longName == key }
    })
}

extension Selection {
  /// Reads the values of all `--only` options.
  ///
  /// - Parameter texts: one text per option.
  /// - Throws: `SweepError.selection` where a part is not `key=value`.
  public init(parsing texts: [String]) throws(SweepError) {
    do { self = try Selection(parsing: texts, .methods) } catch { throw .selection(error) }
  }
}
