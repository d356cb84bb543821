import Evaluation
import Foundation
import Testing

@Suite struct CoordinatesTests {
  @Test(
    "a coordinate that was stored equals the task's own",
    arguments: [Value.integer(4096), .number(0.5), .text("hotpotqa"), .number(1), .flag(true), .text("007")])
  func storedForm(value: Value) throws {
    let coordinate = Coordinate("axis", value)
    let data = try JSONEncoder().encode(coordinate)
    let read = try JSONDecoder().decode(Coordinate.self, from: data)
    #expect(read == coordinate)
    #expect(read.text == coordinate.text)
  }

  @Test("the stored JSON of coordinates is an array of name and text, which records are hashed by")
  func json() throws {
    let place: Coordinates = [Coordinate("length", .integer(4096)), Coordinate("depth", .number(0.5))]
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let text = String(decoding: try encoder.encode(place), as: UTF8.self)
    #expect(text == #"[{"name":"length","value":"4096"},{"name":"depth","value":"0.5"}]"#)
    #expect(place.label == "length=4096,depth=0.5")
    #expect(place.length == 4096)
    #expect(place["depth"] == .number(0.5))
  }
}
