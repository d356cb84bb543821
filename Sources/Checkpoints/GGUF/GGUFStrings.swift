/// An array of byte strings in a GGUF file: a vocabulary, read in place.
///
/// GGUF promises UTF-8 and does not keep the promise (tokens are byte fragments), so an element is bytes. The elements
/// lie one after the other, each behind its 64-bit length; only where each begins is stored.
public struct GGUFStrings: Sendable, Equatable, RandomAccessCollection {
  /// The file that holds the strings.
  let file: MappedFile
  /// Where each string begins, and one more entry: where one more string would begin.
  ///
  /// Eight bytes of length lie before each.
  let starts: [Int]

  /// The position of the first string.
  public var startIndex: Int { 0 }
  /// The number of strings.
  public var endIndex: Int { starts.count - 1 }

  /// The bytes of one string.
  public subscript(position: Int) -> [UInt8] {
    withBytes(at: position) { bytes in
      var copy: [UInt8] = []
      copy.reserveCapacity(bytes.count)
      for index in bytes.indices { copy.append(bytes[index]) }
      return copy
    }
  }

  /// Lends the bytes of one string without copying them.
  ///
  /// - Parameters:
  ///   - position: below `count`.
  ///   - body: is given the bytes; the span does not outlive the call.
  /// - Returns: what `body` returns.
  /// - Throws: what `body` throws.
  public func withBytes<R, E: Error>(at position: Int, _ body: (Span<UInt8>) throws(E) -> R) throws(E) -> R {
    try file.withBytes(starts[position]..<starts[position + 1] - 8, body)
  }

  /// One string as text; bytes that are not UTF-8 become U+FFFD.
  public func text(at position: Int) -> String { String(decoding: self[position], as: UTF8.self) }

  /// Whether two arrays hold the same strings.
  public static func == (left: GGUFStrings, right: GGUFStrings) -> Bool { left.elementsEqual(right) }
}
