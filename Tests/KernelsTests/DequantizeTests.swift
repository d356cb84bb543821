import Foundation
import Kernels
import TestSupport
import Testing

/// One case of Fixtures/dequantize.json: a block and its values by the format's own package.
private struct DequantizeCase: Decodable, CustomTestStringConvertible {
  let type: String
  let bytes: [UInt8]
  let values: [UInt32]
  var testDescription: String { type }
}

private let dequantizeCases: [DequantizeCase] =
  (try? Fixture.decode([DequantizeCase].self, "dequantize.json")) ?? []

@Suite struct DequantizeTests {
  @Test("there is a case for every type with blocks")
  func complete() {
    let blocked = WeightType.allCases.filter { $0.blockElementCount > 1 }
    #expect(Set(dequantizeCases.map { $0.type.lowercased() }) == Set(blocked.map { "\($0)".lowercased() }))
  }

  @Test("a block has the values of the reference, with every instruction set", arguments: dequantizeCases)
  private func values(_ wanted: DequantizeCase) throws {
    let type = try #require(WeightType.allCases.first { "\($0)".lowercased() == wanted.type.lowercased() })
    let matrix = PinnedBytes(wanted.bytes, shift: 1).matrix(type, rows: 1, columns: wanted.values.count)
    for set in InstructionSet.available {
      let into = FloatBuffer(count: wanted.values.count)
      Workers(threads: 1, instructionSet: set).embed([0], matrix, scale: 1, into: into)
      // Zeros of either sign are the same weight.
      #expect(into.array == wanted.values.map { Float(bitPattern: $0) }, "\(set)")
    }
  }

  private static let more = ProcessInfo.processInfo.environment["SE_EVAL_DEQUANTIZE"]

  @Test("the table of Docs/differential-dequantisation.md", .enabled(if: more != nil))
  func table() throws {
    let path = try #require(Self.more)
    let cases = try JSONDecoder().decode([DequantizeCase].self, from: Data(contentsOf: URL(fileURLWithPath: path)))
    let sets = InstructionSet.available
    print("| type | blocks | values | " + sets.map(\.rawValue).joined(separator: " | ") + " |")
    print("| --- | ---: | ---: |" + sets.map { _ in " ---: |" }.joined())
    for wanted in cases {
      let type = try #require(WeightType.allCases.first { "\($0)".lowercased() == wanted.type.lowercased() })
      let matrix = PinnedBytes(wanted.bytes, shift: 1).matrix(type, rows: 1, columns: wanted.values.count)
      let equal = sets.map { set in
        let into = FloatBuffer(count: wanted.values.count)
        Workers(threads: 1, instructionSet: set).embed([0], matrix, scale: 1, into: into)
        // Zeros of either sign are the same weight.
        return zip(into.array, wanted.values).count { $0 == Float(bitPattern: $1) }
      }
      print(
        "| \(wanted.type) | \(wanted.values.count / type.blockElementCount) | \(wanted.values.count) | "
          + equal.map { "\($0)" }.joined(separator: " | ") + " |")
      #expect(equal.allSatisfy { $0 == wanted.values.count }, "\(wanted.type)")
    }
  }
}
