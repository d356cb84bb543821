/// A named place on an axis of a task's grid, for example `length = 4096`.
///
/// Two coordinates are equal where name and spelling are, so that one that was read from a store equals the task's own.
public struct Coordinate: Hashable, Sendable, Codable {
  /// The axis, for example `length`.
  public let name: String
  /// The place on the axis.
  public let value: Value

  /// A coordinate.
  public init(_ name: String, _ value: Value) {
    self.name = name
    self.value = value
  }

  /// A coordinate from its stored text; numbers are recognised.
  public init(name: String, spelling: String) {
    self.name = name
    if let integer = Int(spelling), String(integer) == spelling {
      value = .integer(integer)
    } else if let number = Double(spelling), number.isFinite, Value.number(number).spelling == spelling {
      value = .number(number)
    } else {
      value = .text(spelling)
    }
  }

  /// The place as a table shows it.
  public var text: String { value.spelling }
  /// `length=4096`.
  public var label: String { "\(name)=\(text)" }

  /// Equality by name and spelling.
  public static func == (a: Coordinate, b: Coordinate) -> Bool { a.name == b.name && a.text == b.text }
  /// Name and spelling.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(name)
    hasher.combine(text)
  }

  private enum CodingKeys: String, CodingKey { case name, value }

  /// Reads `{"name": ..., "value": ...}` with the value's spelling as a text.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      name: try container.decode(String.self, forKey: .name),
      spelling: try container.decode(String.self, forKey: .value))
  }

  /// Writes what `init(from:)` reads; stored records are hashed, so the form is frozen.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(name, forKey: .name)
    try container.encode(text, forKey: .value)
  }
}

/// The coordinates that make a cell of a table together with model, method and task entry, in table order.
public struct Coordinates: Hashable, Sendable, Codable, RandomAccessCollection, ExpressibleByArrayLiteral {
  /// The coordinates, for example `length = 4096`, `depth = 0.5`.
  public let coordinates: [Coordinate]

  /// A cell's place.
  public init(_ coordinates: [Coordinate]) { self.coordinates = coordinates }

  /// A cell's place.
  public init(arrayLiteral elements: Coordinate...) { coordinates = elements }

  /// 0.
  public var startIndex: Int { 0 }
  /// The number of coordinates.
  public var endIndex: Int { coordinates.count }
  /// The coordinate at an index.
  public subscript(position: Int) -> Coordinate { coordinates[position] }

  /// The place on an axis; nil where the cell has none of that name.
  public subscript(axis: String) -> Value? { coordinates.first { $0.name == axis }?.value }

  /// `length=4096,depth=0.5`.
  public var label: String { coordinates.map(\.label).joined(separator: ",") }

  /// The length in tokens that the cell is about; nil where it has none.
  public var length: Int? { self[Axis.length]?.asInteger }

  /// Reads an array of coordinates.
  public init(from decoder: any Decoder) throws {
    coordinates = try decoder.singleValueContainer().decode([Coordinate].self)
  }

  /// Writes an array of coordinates.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(coordinates)
  }
}

/// The axes that have a meaning beyond one task.
public enum Axis {
  /// Tokens of the sequence.
  public static let length = "length"
  /// The place in a prompt, from 0 to 1.
  public static let depth = "depth"
  /// A dataset of a benchmark.
  public static let dataset = "dataset"
}
