import Foundation
import TestSupport
import Testing

@testable import JSON

/// Foundation's encoder is the judge of the compact and pretty styles: committed files were written by it.
private func foundation(_ value: some Encodable, pretty: Bool) throws -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting =
    pretty ? [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted] : [.sortedKeys, .withoutEscapingSlashes]
  encoder.nonConformingFloatEncodingStrategy = .convertToString(
    positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
  return String(decoding: try encoder.encode(value), as: UTF8.self)
}

@Suite struct JSONWriterTests {
  @Test(
    "the canonical spelling never changes",
    arguments: [
      (
        JSONValue.object(["b": .integer(1), "a": .array([.bool(true), .null, .bool(false)])]),
        #"{"a":[true,null,false],"b":1}"#
      ),
      (.array([.number(2), .number(0.5), .number(-0.0), .number(1e-7)]), "[2,0.5,0,1e-07]"),
      (
        .array([.number(999_999_999_999_999), .number(1e15), .number(1_234_567_890_123_456)]),
        "[999999999999999,1000000000000000.0,1234567890123456.0]"
      ),
      (.array([.number(1e300), .number(.nan), .number(.infinity)]), "[1e+300,null,null]"),
      (.integer(.min), "-9223372036854775808"),
      (
        .string("é/\"\\\n\r\t\u{0}\u{8}\u{c}\u{1f}\u{7f}\u{2028}🙂"),
        #""é/\"\\\n\r\t\u0000\u0008\u000c\u001f"# + "\u{7f}\u{2028}🙂\""
      ),
      (.object([.init(key: "a", value: .integer(1)), .init(key: "a", value: .integer(2))]), #"{"a":2}"#),
      (.object([String: JSONValue]()), "{}"), (.array([]), "[]"),
    ])
  func canonical(value: JSONValue, spelling: String) {
    #expect(value.spelling == spelling)
  }

  @Test("compact and pretty JSON are Foundation's bytes", arguments: UInt64(0)..<60)
  func random(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let value = Self.value(&random, depth: 0)
    #expect(try value.written(.compact) == foundation(value, pretty: false))
    #expect(try value.written(.pretty) == foundation(value, pretty: true))
  }

  @Test("what is written is read back", arguments: UInt64(100)..<140)
  func roundTrip(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let value = Self.value(&random, depth: 0)
    for style in [JSONStyle.canonical, .compact, .pretty] {
      let text = value.written(style)
      #expect(try JSONReader.value(of: Array(text.utf8)).written(style) == text)
    }
  }

  /// Any value, with the characters and numbers that are spelled in a way of their own.
  private static func value(_ random: inout SplitMix64, depth: Int) -> JSONValue {
    switch Int.random(in: 0..<(depth < 4 ? 8 : 6), using: &random) {
    case 0: return .null
    case 1: return .bool(Bool.random(using: &random))
    case 2: return .integer(Int(truncatingIfNeeded: random.next()) >> Int.random(in: 0..<63, using: &random))
    case 3:
      return .number([0.1, 1e15, 1e16, 5e-324, 1e300, -2, 1_234_567_890_123_456].randomElement(using: &random) ?? 0)
    case 4:
      let number = Double(bitPattern: random.next())
      return .number(number.isFinite ? number : 0.25)
    case 5: return .string(text(&random))
    case 6: return .array((0..<Int.random(in: 0..<4, using: &random)).map { _ in value(&random, depth: depth + 1) })
    default:
      var members: [String: JSONValue] = [:]
      for _ in 0..<Int.random(in: 0..<5, using: &random) { members[text(&random)] = value(&random, depth: depth + 1) }
      return .object(members)
    }
  }

  private static func text(_ random: inout SplitMix64) -> String {
    let scalars: [Unicode.Scalar] = [
      "a", "B", "_", "1", "0", "/", "\"", "\\", "\n", "\u{8}", "\u{c}", "\u{1}", "\u{1f}",
      "\u{7f}", "é", "\u{2028}", "🙂", "中",
    ]
    var text = String.UnicodeScalarView()
    for _ in 0..<Int.random(in: 0..<6, using: &random) { text.append(scalars.randomElement(using: &random) ?? "x") }
    return String(text)
  }
}

@Suite struct JSONEncodingTests {
  private struct Inner: Codable {
    var list: [Double?] = [1, nil, 0.5]
    var none: String?
    var map = ["b": 1, "a": 2]
    var numbers = [1: "one"]
  }
  private enum Word: String, Codable { case one, two }
  private struct Empty: Codable {}
  private struct Outer: Codable {
    var text = "a/b"
    var flag = true
    var float: Float = 0.1
    var floats: [Float] = [-1.5, 3e-5, 0.333_333_34]
    var small: Int8 = -3
    var inner = Inner()
    var words: [Word] = [.two, .one]
    var empty = Empty()
    var none: Int?
    var bound = Double.infinity
    var value = JSONValue.array([.null, .object(["k": .integer(1)])])

    enum CodingKeys: CodingKey { case text, flag, float, floats, small, inner, words, empty, none, bound, value }
    init() {}
    init(from decoder: any Decoder) throws {}
  }

  @Test("encodable values become the JSON that Foundation makes of them", arguments: [false, true])
  func foundationAgrees(pretty: Bool) throws {
    #expect(try JSONValue.text(of: Outer(), pretty ? .pretty : .compact) == foundation(Outer(), pretty: pretty))
    #expect(try JSONValue.text(of: [1, 2], .compact) == foundation([1, 2], pretty: false))
    #expect(try JSONValue.text(of: "x", .compact) == foundation("x", pretty: false))
    #expect(try JSONValue.text(of: [String: [Int]](), .pretty) == foundation([String: [Int]](), pretty: true))
  }

  @Test("what JSON cannot hold is refused, not rounded")
  func refused() {
    #expect(throws: EncodingError.self) { try JSONValue(encoding: ["x": Double.nan]) }
    #expect(throws: EncodingError.self) { try JSONValue(encoding: [UInt64.max]) }
    #expect(JSONValue.text(of: [UInt64.max], .compact) == "null")
    #expect(JSONValue.text(of: [-Double.infinity, .nan], .compact) == #"["-inf","nan"]"#)
  }

  @Test("long lists are encoded in linear time")
  func long() throws {
    let value = try JSONValue(encoding: Array(0..<200_000))
    #expect(value.integers?.count == 200_000)
  }

  @Test("checked access gives nothing for another kind")
  func access() {
    let value = JSONValue.object(["n": .number(0.5), "l": .array([.integer(1)]), "s": .string("x"), "z": .null])
    #expect(value.members?.count == 4 && JSONValue.null.members == nil)
    #expect(value["l"]?.integers == [1] && value["s"]?.integers == nil && JSONValue.array([.number(1)]).integers == nil)
    #expect(["n", "l", "s", "z"].map { value[$0]?.plain } == ["0.5", "[1]", "x", ""])
    #expect(JSONValue.number(2).plain == "2")
    #expect(JSONValue(json: "[1") == nil)
    #expect(JSONValue(nil) == .null && JSONValue("x") == .string("x"))
  }
}

@Suite struct JSONDecodingTests {
  private struct Row: Codable, Equatable {
    var name: String
    var count: Int8
    var share: Double
    var float: Float
    var flag: Bool
    var list: [Int?]
    var map: [String: [String]]
    var none: String?
    var value: JSONValue
  }
  private static let row = Row(
    name: "é\n", count: -3, share: .infinity, float: 0.1, flag: true, list: [1, nil], map: ["k": ["v"]], none: nil,
    value: .array([.null]))

  @Test("what was encoded is decoded, infinities included")
  func roundTrip() throws {
    let text = JSONValue.text(of: Self.row, .pretty)
    #expect(try JSONReader.value(of: Array(text.utf8)).decoded(as: Row.self) == Self.row)
    #expect(try JSONValue.number(4).decoded(as: Int.self) == 4)
    #expect(try JSONValue.integer(4).decoded(as: Double.self) == 4)
  }

  @Test(
    "another kind, a number that does not fit and a missing key are errors",
    arguments: [
      #"{}"#, #"[]"#, #"{"name":1}"#, #""text""#, #"{"name":"x","count":200}"#, #"{"name":"x","count":1.5}"#,
      #"{"name":"x","count":null}"#,
    ])
  func errors(json: String) throws {
    let value = try #require(JSONValue(json: json))
    #expect(throws: DecodingError.self) { try value.decoded(as: Row.self) }
  }

  @Test("hostile nesting is refused, not followed")
  func deep() {
    let text = String(repeating: "[", count: 100_000)
    #expect(JSONValue(json: text) == nil)
    #expect(JSONValue(json: text + String(repeating: "]", count: 100_000)) == nil)
  }
}
