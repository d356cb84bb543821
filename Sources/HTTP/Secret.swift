/// A key that no text shows: neither its description nor a dump of what holds it.
public struct Secret: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  private let text: String

  /// A key for an `Authorization` header.
  ///
  /// - Parameter text: the key; nil results where it is empty or has characters that no header takes.
  public init?(_ text: String) {
    guard !text.isEmpty, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else { return nil }
    self.text = text
  }

  /// Never the key.
  public var description: String { "[key]" }
  /// Never the key.
  public var debugDescription: String { "[key]" }
  /// Never the key.
  public var customMirror: Mirror { Mirror(self, children: [:]) }

  /// The header's value.
  var authorization: String { "Bearer \(text)" }

  /// Bytes in which the key, should a server send it back, is replaced.
  func removed(from bytes: [UInt8]) -> [UInt8] {
    let key = Array(text.utf8)
    guard key.count <= bytes.count else { return bytes }
    var result: [UInt8] = []
    var copied = 0
    var index = 0
    while index + key.count <= bytes.count {
      if bytes[index] == key[0], bytes[index..<index + key.count].elementsEqual(key) {
        result += bytes[copied..<index] + Array("[key]".utf8)
        index += key.count
        copied = index
      } else {
        index += 1
      }
    }
    return copied == 0 ? bytes : result + bytes[copied...]
  }
}
