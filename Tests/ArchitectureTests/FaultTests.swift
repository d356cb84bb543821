import Foundation
import Testing

@Suite struct FaultTests {
  /// Errors that never leave the layer above, which gives them its own type with the file's name.
  private static let wrapped: Set<String> = [
    "JSONProblem", "Failure", "Problem", "HTTPError", "OpenCLError", "RowScoringProblem",
  ]

  @Test("every public error type says its fault, so that it has an exit status")
  func everyErrorSpeaks() throws {
    let all = try Layers.files.map { try Layers.lines($0).joined(separator: "\n") }.joined(separator: "\n")
    let declared = all.matches(of: /public (?:enum|struct|class) (\w+): [^{\n]*\bError\b/).map { String($0.1) }
    #expect(declared.count >= 10, "\(declared)")
    for name in declared where !Self.wrapped.contains(name) {
      #expect(all.contains("extension \(name): FaultReporting"), "\(name) does not say its fault")
    }
  }
}
