import Foundation
import Testing

@testable import Positions

// The example of Docs/adding-a-method.md, kept here so that it compiles; the test holds the two texts together.

/// `log-scale`: plain attention whose queries grow with the logarithm of their position.
///
/// - Formula: relative position i - j; the query at position p times max(1, ln(p + 1) / ln(base)).
/// - Source: Jianlin Su, "Entropy invariance of attention", 2021 (kexue.fm/archives/8823).
/// - Maximum length: L.
struct LogScale: PositionMethod {
  static let name = "log-scale"
  static let summary = "plain attention whose queries grow with the logarithm of their position"
  static let parameters = [MethodParameter("base", "base", .integer(minimum: 2))]
  static let limit = "L"

  private let base: Int

  init(_ values: MethodValues) { base = values.integer("base") }

  func layout(contextWindow: Int, slidingWindow: Int?) -> AttentionLayout {
    .causal(window: slidingWindow, logBase: base)
  }

  func maximumLength(contextWindow: Int) -> Int? { contextWindow }

  func isPlain(forLength length: Int, slidingWindow: Int?) -> Bool { length <= base }
}

@Suite struct AddingMethodTests {
  private func text(_ path: String) throws -> String {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    return try String(decoding: Data(contentsOf: root.appending(path: path)), as: UTF8.self)
  }

  @Test("the documented example is the code above")
  func documented() throws {
    let here = try text("Tests/PositionsTests/AddingMethodTests.swift")
    let start = try #require(here.range(of: "/// `log-scale`"))
    let end = try #require(here.range(of: "\n}\n", range: start.lowerBound..<here.endIndex))
    #expect(try text("Docs/adding-a-method.md").contains(here[start.lowerBound..<end.upperBound]))
  }

  @Test("the example works with nothing but its one type")
  func works() {
    let method = Method(LogScale.self, MethodValues(["base": "64"]))
    #expect(method.description == "log-scale:base=64" && method.name == "log-scale")
    #expect(method.maximumLength(contextWindow: 128) == 128)
    #expect(method.isPlain(forLength: 64) && !method.isPlain(forLength: 65))
    let layout = AttentionLayout(method, contextWindow: 128, slidingWindow: nil)
    #expect(layout.starts(query: 100) == [0] && layout.queryScale(63) == 1 && layout.queryScale(4095) == 2)
    #expect(
      method.warnings(contextWindow: 128, length: 129) == [
        "log-scale:base=64 has room for 128 tokens with L=128; 129 tokens exceed it"
      ])
  }

  @Test("every method has a file of its own with formula, source and maximum length, and one line in the registry")
  func oneFileEach() throws {
    let registry = try text("Sources/Positions/Method.swift")
    for type in Method.registry {
      let name = "\(type)"
      let file = try text("Sources/Positions/Methods/\(name).swift")
      #expect(file.contains("struct \(name): PositionMethod") && file.contains("static let name = \"\(type.name)\""))
      for part in ["- Formula:", "- Source:", "- Maximum length:"] { #expect(file.contains(part), "\(name) \(part)") }
      #expect(registry.split(separator: "\n").count { $0 == "    \(name).self," } == 1)
    }
  }
}
