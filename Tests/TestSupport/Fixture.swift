public import Foundation

/// Files beside the tests, found through the source's own path so that no resource bundle is needed.
public enum Fixture {
  /// The folder `Fixtures` beside the calling test file.
  public static func folder(_ file: String = #filePath) -> URL {
    URL(fileURLWithPath: file).deletingLastPathComponent().appendingPathComponent("Fixtures")
  }

  /// The content of a file under `Fixtures` beside the calling test file.
  public static func data(_ name: String, _ file: String = #filePath) throws -> Data {
    try Data(contentsOf: folder(file).appendingPathComponent(name))
  }

  /// A JSON file under `Fixtures` beside the calling test file.
  public static func decode<T: Decodable>(_ type: T.Type, _ name: String, _ file: String = #filePath) throws -> T {
    try JSONDecoder().decode(type, from: data(name, file))
  }
}
