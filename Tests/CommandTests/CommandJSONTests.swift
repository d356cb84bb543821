import Foundation
import JSON
import Testing

/// What scripts read: a key of a command's JSON may be added, never taken away.
@Suite struct CommandJSONTests {
  private static let model = "Datasets/demo/model"

  @Test("the keys of every command's JSON stay")
  func keys() throws {
    try Program.inTemporaryFolder { folder in
      let config = try SmallSweep.write(to: folder, trials: 1)
      func path(_ name: String) -> String { folder.appendingPathComponent(name).path }
      let store = path("small.sqlite")
      #expect(try Program.run(SmallSweep.arguments(config, folder)).status == 0)
      #expect(try Program.run(["baseline", store, "--out", path("b.json")]).status == 0)
      let pairs = #"{"prediction": "a b", "reference": "a", "all_classes": null}"#
      try Data(pairs.utf8).write(to: folder.appendingPathComponent("pairs.jsonl"))
      try Data(#"["a", "b c"]"#.utf8).write(to: folder.appendingPathComponent("batch.json"))
      let story = "Datasets/demo/stories/story-0.txt"
      let wanted: [(words: [String], keys: String)] = [
        (
          ["plan", config, "--db", store],
          """
          cells choices done equal_to_plain missing models name prompt_tokens remaining_seconds samples shards truncated \
          warnings
          """
        ),
        (["samples", store, "--limit", "1"], "cell result"),
        (["status", store], "absent_shards done ended failed running samples seconds_left silent stores"),
        (
          ["merge", store, "--into", path("joined.sqlite")],
          "absent_shards complete done failed into missing not_begun samples stores"
        ),
        (["schema"], "relations version"),
        (["compare", store, "plain", "self-extend:G=8,W=64"], "a b flips rows"),
        (["check", store, "--baseline", path("b.json")], "added improved incomparable moved unchanged"),
        (["rescore", store, "--dry-run"], "cells damaged moved samples skipped written"),
        (["score", "--metric", "qa_f1_score", "--pairs", path("pairs.jsonl")], "mean metric scores"),
        (["capacity", "-L", "4096", "-G", "8", "-W", "1024"], "L candidates judged"),
        (
          ["model", Self.model],
          """
          adds_bos architecture bos_token context_window eos_token format head_dimension heads hidden_size \
          intermediate_size key_value_heads kv_bytes_per_token kv_bytes_per_token_float16 layers parameters path rope_scaling rope_theta \
          self_extend_kv_bytes_per_token self_extend_kv_bytes_per_token_float16 tied_embeddings tokenizer types vocabulary_size weight_bytes
          """
        ),
        (["devices"], "cpu opencl opencl_problem"),
        (["task", "passkey"], "data example metrics name protocols settings summary"),
        (
          ["generate", "--model", Self.model, "--prompt", "a", "--max-new-tokens", "2"], "finish_reason text tokens"
        ),
        (
          ["perplexity", "--model", Self.model, "--file", story, "--context", "128", "--windows", "2"],
          """
          bytes context convention mean_nll method perplexity plus_minus seconds stride text_tokens tokens windows words
          """
        ),
        (
          ["bench", "--model", Self.model, "--prefill", "16", "--decode", "0", "--depth", "0", "--repeat", "1"],
          "depth device method peak_bytes phase seconds threads tokens tokens_per_second"
        ),
      ]
      for (words, keys) in wanted {
        let result = try Program.run(words + ["--json"])
        #expect(result.status == 0, "\(words): \(result.errors)")
        let value = try #require(JSONValue(json: result.output), "\(words[0]) prints \(result.output.prefix(200))")
        for key in keys.split(separator: " ") {
          #expect(value.has(String(key)), "\(words[0]) has lost \(key)")
        }
      }
      let batch = ["tokenize", "--model", Self.model, "--batch", path("batch.json"), "--add-bos", "never"]
      guard case .array(let rows)? = JSONValue(json: try Program.run(batch).output) else {
        Issue.record("tokenize --batch prints no array")
        return
      }
      #expect(rows.count == 2)
    }
  }
}

extension JSONValue {
  /// Whether an object has a key, null included.
  fileprivate func has(_ key: String) -> Bool {
    guard case .object(let members) = self else { return false }
    return members.contains { $0.key == key }
  }
}
