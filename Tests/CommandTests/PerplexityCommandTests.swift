import Foundation
import JSON
import Testing

/// The command's numbers as they were before it ran the task; scripts read them.
@Suite struct PerplexityCommandTests {
  private static let story = "Datasets/demo/stories/story-0.txt"

  /// Options and the JSON without its seconds; under self-extend:G=8,W=64 with windows of 128 tokens.
  private static let pins: [(options: String, json: String)] = [
    (
      "",
      #"""
      {"bytes":10796, "context":128, "convention":"hf-strided",
      "interval":[3.998305997460588,6.477324134157511], "mean_nll":1.6592102634601653,
      "method":"self-extend:G=8,W=64", "perplexity":5.255159014140526, "plus_minus":0.19296380283148581,
      "stride":128, "text_tokens":3104, "tokens":3079, "windows":25, "words":1923}
      """#
    ),
    (
      "--convention hf-doc --stride 64",
      #"""
      {"bytes":10796, "context":128, "convention":"hf-doc", "interval":[2.8512664911251058,4.613530458729029],
      "mean_nll":1.295449286908465, "method":"self-extend:G=8,W=64", "perplexity":3.652636687383203,
      "plus_minus":0.11491958368069786, "stride":64, "text_tokens":3104, "tokens":3103, "windows":48,
      "words":1923}
      """#
    ),
    (
      "--convention lm-eval-rolling",
      #"""
      {"bits_per_byte":0.6836182659915709, "byte_perplexity":1.6061629500177483, "bytes":10796, "context":128,
      "convention":"lm-eval-rolling", "interval":[4.006393928001332,6.381760164313038],
      "mean_nll":1.6486186926006523, "method":"self-extend:G=8,W=64", "perplexity":5.199792352615025,
      "plus_minus":0.18971152066677616, "stride":128, "text_tokens":3103, "tokens":3103, "windows":25,
      "word_perplexity":14.28012800134439, "words":1924}
      """#
    ),
    (
      "--convention llamacpp",
      #"""
      {"bytes":10796, "context":128, "convention":"llamacpp", "interval":[2.6257985214667054,5.603067687743718],
      "mean_nll":1.3199714790360861, "method":"self-extend:G=8,W=64", "perplexity":3.7433146127973673,
      "plus_minus":0.16739349141139093, "stride":128, "text_tokens":3104, "tokens":1512, "windows":24,
      "words":1923}
      """#
    ),
    (
      "--convention sliding-32",
      #"""
      {"bits_per_byte":0.5054463726786784, "byte_perplexity":1.4195625036865744, "bytes":10796, "context":128,
      "convention":"sliding", "interval":[2.862885095772514,4.014033642710279], "mean_nll":1.2189380822008924,
      "method":"self-extend:G=8,W=64", "perplexity":3.3835927278162408, "plus_minus":0.10341276218993475,
      "stride":32, "text_tokens":3104, "tokens":3103, "windows":94, "word_perplexity":7.148541917249288,
      "words":1923}
      """#
    ),
    (
      "--convention pg19-word --stride 32",
      #"""
      {"bits_per_byte":0.5054463726786784, "byte_perplexity":1.4195625036865744, "bytes":10796, "context":128,
      "convention":"pg19-word", "interval":[5.4589612774560585,9.417879503051076], "mean_nll":1.966908408252402,
      "method":"self-extend:G=8,W=64", "perplexity":7.148541917249288, "plus_minus":0.352546181424243,
      "stride":32, "text_tokens":3104, "tokens":3103, "windows":94, "word_perplexity":7.148541917249288,
      "words":1923}
      """#
    ),
    (
      "--convention last-k --stride 32 --windows 9",
      #"""
      {"bytes":10796, "context":128, "convention":"last-k", "interval":[1.2494833412837762,2.947717706114342],
      "mean_nll":0.5922583555398718, "method":"self-extend:G=8,W=64", "perplexity":1.8080670664182146,
      "plus_minus":0.12485167344141086, "stride":32, "text_tokens":3104, "tokens":288, "windows":9,
      "words":1923}
      """#
    ),
    (
      "--convention hf-strided --stride 48 --words 100",
      #"""
      {"bits_per_byte":0.5187769118238671, "byte_perplexity":1.4327400844308995, "bytes":10796, "context":128,
      "convention":"hf-strided", "interval":[2.958625357915957,4.116306610690358],
      "mean_nll":1.2510861056088476, "method":"self-extend:G=8,W=64", "perplexity":3.4941358979188406,
      "plus_minus":0.10788371869808448, "stride":48, "text_tokens":3104, "tokens":3103, "windows":63,
      "word_perplexity":7.241586912128576e+16, "words":100}
      """#
    ),
  ]

  @Test("the numbers of every convention stay", arguments: pins)
  func stay(_ options: String, _ json: String) throws {
    let result = try Program.run(
      [
        "perplexity", "--model", "Datasets/demo/model", "--file", Self.story, "--context", "128", "--method",
        "self-extend:G=8,W=64", "--json",
      ] + options.split(separator: " ").map(String.init))
    #expect(result.status == 0, "\(result.errors)")
    var found = try #require(JSONValue(json: result.output)?.members)
    let wanted = try #require(JSONValue(json: json)?.members)
    #expect(found.removeValue(forKey: "seconds")?.number != nil)
    #expect(found.keys.sorted() == wanted.keys.sorted())
    for (key, value) in wanted {
      let pairs = zip(found[key]?.elements ?? [found[key] ?? .null], value.elements ?? [value])
      for (a, b) in pairs {
        // The order of a few additions is not promised.
        let isNear = a.number.flatMap { a in b.number.map { b in abs(a - b) <= 1e-12 * abs(b) } }
        #expect(isNear ?? (a == b), "\(options) \(key): \(a), expected \(b)")
      }
    }
  }

  @Test("token ids give the numbers of their text, and their log-probabilities those of the sum")
  func tokens() throws {
    try Program.inTemporaryFolder { folder in
      func path(_ name: String) -> String { folder.appendingPathComponent(name).path }
      let model = ["--model", "Datasets/demo/model"]
      let ids = try Program.run(["tokenize", "--file", Self.story, "--json"] + model)
      try Data(ids.output.utf8).write(to: URL(fileURLWithPath: path("ids.json")))
      func measured(_ source: [String]) throws -> [String: JSONValue] {
        let words = ["perplexity", "--context", "128", "--stride", "64", "--json", "--per-token", path("values.json")]
        return try #require(JSONValue(json: try Program.run(words + model + source).output)?.members)
      }
      let byText = try measured(["--file", Self.story])
      let byTokens = try measured(["--tokens", path("ids.json"), "--words", "1923"])
      for key in ["perplexity", "mean_nll", "tokens", "windows", "word_perplexity", "interval", "plus_minus"] {
        #expect(byText[key] == byTokens[key], "\(key)")
      }
      #expect(byTokens["bytes"] == nil && byTokens["bits_per_byte"] == nil)
      let values = try #require(
        JSONValue(json: String(contentsOfFile: path("values.json"), encoding: .utf8))?["log_probabilities"]?.elements)
      let numbers = values.compactMap(\.number)
      let mean = -numbers.reduce(0, +) / Double(numbers.count)
      #expect(abs(mean / (byTokens["mean_nll"]?.number ?? 0) - 1) < 1e-6)
    }
  }
}
