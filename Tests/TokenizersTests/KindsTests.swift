import Foundation
import TestSupport
import Testing
import Tokenizers

/// Small tokenizer.json files of many kinds, with what Hugging Face tokenizers makes of them; see
/// Fixtures/generate_kinds.py.
@Suite struct KindsTests {
  private struct Kind {
    let name: String
    let json: String
    let cases: [(text: String, ids: [Int])]
    let decoded: [(ids: [Int], text: String)]
  }

  private static func kinds() throws -> [Kind] {
    let data = try Data(contentsOf: Fixtures.folder.appending(path: "kinds.json"))
    let entries = try #require(JSONSerialization.jsonObject(with: data) as? [[String: Any]])
    return try entries.map { entry in
      func pairs(_ name: String) throws -> [(ids: [Int], text: String)] {
        try #require(entry[name] as? [[String: Any]]).map {
          (try #require($0["ids"] as? [Int]), try #require($0["text"] as? String))
        }
      }
      return Kind(
        name: try #require(entry["name"] as? String),
        json: try #require(entry["tokenizer"] as? String),
        cases: try pairs("cases").map { ($0.text, $0.ids) }, decoded: try pairs("decoded"))
    }
  }

  @Test("ids and texts are those of the library, kind by kind")
  func reference() throws {
    let kinds = try Self.kinds()
    #expect(kinds.count >= 20)
    for kind in kinds {
      let folder = try TemporaryFolder()
      try folder.write(kind.json, to: "tokenizer.json")
      let tokenizer = try Tokenizer.load(modelPath: folder.path)
      for test in kind.cases {
        #expect(tokenizer.encode(test.text) == test.ids, "\(kind.name): \(test.text.debugDescription)")
      }
      for test in kind.decoded {
        #expect(tokenizer.decode(test.ids) == test.text, "\(kind.name): \(test.ids)")
        var decoder = StreamingDecoder(tokenizer)
        let pieces = test.ids.map { decoder.append($0) } + [decoder.finish()]
        #expect(pieces.joined() == test.text, "\(kind.name), streamed: \(test.ids)")
      }
    }
  }
}
