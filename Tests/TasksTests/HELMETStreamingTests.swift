import Foundation
import Testing

@testable import Tasks

/// The official files have hundreds of megabytes: a row is read when its prompt is made, and let go.
@Suite struct HELMETStreamingTests {
  /// Classification is left out: its files are small, and a prompt takes thousands of their rows.
  private static let large = HELMETDataset.allCases.filter { $0.category != .inContextLearning }

  @Test("rows are chosen without being held", arguments: large)
  private func streaming(_ dataset: HELMETDataset) throws {
    let folder = try temporaryFolder()
    for name in ["helmet", "infinitebench"] {
      try FileManager.default.copyItem(atPath: samplesFolder(name), toPath: "\(folder)/\(name)")
    }
    let files = HELMETFiles(path: "\(folder)/helmet", infiniteBench: "\(folder)/infinitebench")
    let loader = HELMETLoader(
      dataset: dataset, source: try files.source(dataset, length: 12000), templates: HELMETTemplates(ownFor: dataset),
      shots: 2, count: 100, hasJudge: false)
    let items = try loader.items()
    for index in 0..<items.count { #expect(try items.item(index).line > 0) }
    // What was held would still make prompts.
    let path = loader.source.rows.path
    let size = try Data(contentsOf: URL(fileURLWithPath: path)).count
    try Data(repeating: 0x20, count: size).write(to: URL(fileURLWithPath: path))
    #expect(items.count > 0)
    for index in 0..<items.count { #expect(throws: TaskError.self) { try items.item(index) } }
  }
}
