import Foundation
import Metrics
import TestSupport
import Testing

/// A dictionary of eleven words and a model of a few characters, made for this test; the cuts are those of the Python
/// package jieba 0.42.1 with the same dictionary and tables.
@Suite struct JiebaTests {
  private func folder(dictionary: String? = nil) throws -> String {
    let path = try TemporaryFolder.untilExit()
    try FileManager.default.createDirectory(atPath: path + "/finalseg", withIntermediateDirectories: true)
    let words = """
      天空 40 n
      蓝色 30 n
      天 12 n
      空 3 n
      今天 90 t
      今天天空 2 n
      小船 8 n
      船 20 n
      很 200 d
      长 15 a
      长河 5 n

      """
    let files = [
      "dict.txt": dictionary ?? words,
      "finalseg/prob_start.py": "P={'B': -0.5,\n 'E': -3.14e+100,\n 'M': -3.14e+100,\n 'S': -1.0}\n",
      "finalseg/prob_trans.py": """
      P={'B': {'E': -0.4, 'M': -1.1},
       'E': {'B': -0.6, 'S': -0.8},
       'M': {'E': -0.3, 'M': -1.2},
       'S': {'B': -0.7, 'S': -0.7}}
      """,
      "finalseg/prob_emit.py": """
      from __future__ import unicode_literals

      P={'B': {'\\u6cb3': -2.0, '\\u6d41': -3.0, '水': -3.5},
       'M': {'\\u6d41': -2.0, '\\u6cb3': -4.0},
       'E': {'\\u6c34': -1.5, '\\u6d41': -2.5},
       'S': {'\\u6c34': -5.0, '\\u5411': -1.0, '\\u6cb3': -6.0}}
      """,
    ]
    for (name, text) in files { try Data(text.utf8).write(to: URL(fileURLWithPath: "\(path)/\(name)")) }
    return path
  }

  @Test(
    "text is cut as jieba cuts it",
    arguments: [
      ("今天天空很蓝色", ["今天", "天空", "很", "蓝色"]), ("河流水向河水", ["河流水", "向", "河水"]),
      ("GPU-3.5%和a.b小船", ["GPU", "-", "3.5%", "和", "a", ".", "b", "小船"]),
      ("长河流水\r\n 今天，x", ["长河", "流水", "\r\n", " ", "今天", "，", "x"]), ("", []), ("水", ["水"]),
      ("Q3.14%ok_河", ["Q3.14%", "ok", "_", "河"]),
    ])
  func cut(text: String, expected: [String]) throws {
    #expect(try JiebaSegmenter(folder: folder()).cut(text) == expected)
  }

  @Test("Chinese F1 and ROUGE use the words of the segmenter")
  func scores() throws {
    let segmenter = try JiebaSegmenter.installed(named: folder())
    func score(_ metric: LongBenchMetric, _ a: String, _ b: String) -> Double {
      metric.score(prediction: a, reference: b, segmenter: segmenter).number ?? -1
    }
    #expect(abs(score(.chineseF1, "今天，天空", "今天 很蓝色") - 0.4) < 1e-12)
    #expect(abs(score(.chineseRouge, "今天天空", "今天天空") - 1) < 1e-8)
  }

  @Test("a missing or damaged installation is an error that says where")
  func damaged() throws {
    #expect(throws: JiebaError.notFound(searched: ["/no/such", "/no/such/jieba"])) {
      try JiebaSegmenter.installed(named: "/no/such")
    }
    let path = try folder(dictionary: "天空 40 n\n天空\n")
    #expect(throws: JiebaError.damaged(path: path + "/dict.txt", line: 2, problem: "expected a word and its frequency"))
    {
      try JiebaSegmenter(folder: path)
    }
    let cut = try folder()
    try Data("P={'B': {".utf8).write(to: URL(fileURLWithPath: cut + "/finalseg/prob_emit.py"))
    #expect(throws: JiebaError.self) { try JiebaSegmenter(folder: cut) }
  }
}
