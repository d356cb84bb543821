/// The name of a sample inside its task: the same for every model and method, and never changed once published.
public struct SampleID: Hashable, Sendable, Codable, Comparable, CustomStringConvertible {
  /// The text that is stored, for example `length=4096/depth=0.50/trial=3`.
  public let rawValue: String

  /// An identifier from its stored text.
  public init(_ rawValue: String) { self.rawValue = rawValue }

  /// The stored text.
  public var description: String { rawValue }

  /// The order of the stored texts.
  public static func < (a: SampleID, b: SampleID) -> Bool { a.rawValue < b.rawValue }
}
