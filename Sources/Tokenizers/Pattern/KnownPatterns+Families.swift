/// The pre-tokeniser families that GGUF files name (`tokenizer.ggml.pre`), with the patterns of the releases that
/// llama.cpp's names stand for.
extension KnownPatterns {
  /// The patterns that a GGUF family name stands for, applied one after the other; nil for a name not known here.
  static func patterns(family: String) -> [String]? { families[family] }

  /// Names of the families, sorted.
  static var familyNames: [String] { families.keys.sorted() }

  private static let llama3Names = [
    "llama3", "llama-v3", "llama-bpe", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2", "jina-v5-nano",
  ]
  /// The families whose words are looked up whole before they are merged.
  static let ignoringMerges = Set(llama3Names + ["tekken", "glm4", "glm5", "youtu", "minicpm5"])
  /// The families that begin with BOS unless the file says otherwise.
  static let addingBOS = Set(llama3Names + ["tekken", "chameleon"])

  /// The Falcon release: punctuation, GPT-2, then threes of digits.
  static let falcon = [#"[\p{P}\$\+<=>\^~\|`]+"#, gpt2, "[0-9][0-9][0-9]"]
  private static let deepseekCoder = [
    #"[\r\n]"#, #"\s?\p{L}+"#, #"\s?\p{P}+"#, #"[\u4e00-\u9fa5\u0800-\u4e00\uac00-\ud7ff]+"#, #"\p{N}"#,
  ]
  /// The DeepSeek LLM release lists the cased letters of an older Unicode, without those of some scripts.
  private static let deepseekLLM = [
    #"[\r\n]"#,
    #"\s?[\p{LC}&&[^\u0560-\u0588\u10c7\u10cd\u10d0-\u10ff\u1c80-\u1c8a\u2d00-\u2d2d\ua790-\ua7fa\uab30-\uab68"#
      + #"\x{10570}-\x{105bc}\x{10d50}-\x{10d85}\x{16e40}-\x{16e7f}\x{1d400}-\x{1d7cb}\x{1df00}-\x{1df2a}]]+"#,
    #"\s?[!-/:-~\uff01-\uff0f\uff1a-\uff5e\u2018-\u201f\u3000-\u3002]+"#, #"\s+$"#,
    #"[\u4e00-\u9fa5\u0800-\u4e00\uac00-\ud7ff]+"#, #"\p{N}+"#,
  ]
  private static let kanaAndHan = #"[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+"#
  private static let signsAndLetters =
    ##"[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+"##
  /// The DeepSeek V3 release.
  private static let deepseekV3 = [
    #"\p{N}{1,3}"#, kanaAndHan, signsAndLetters + #"[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#,
  ]
  private static let spark = [
    #"\p{N}{1,3}"#, kanaAndHan, signsAndLetters + #"|[\r\n]|\s+(?!\S)|\s+"#, #"\p{N}"#,
  ]
  /// The BLOOM release: everything up to white space or a sign that ends a clause.
  private static let bloom = #" ?[^(\s|.,!?\u2026\u3002\uff0c\u3001\u0964\u06d4\u060c)]+"#
  private static let youtu = [
    #"[\uac00-\ud7a3\u3131-\u318e]+|[\uff01\u2026\u201c\u201d\u2018\u2019\u2014\uff1a\uff1b\uff0c\u3001-\u303f"#
      + #"\ufe30-\ufe4f]+|[\u3105-\u312f]+|"# + kanaAndHan,
    o200k(digits: #"\p{N}"#),
  ]
  /// Words that GPT-2 would cut at an apostrophe stay whole.
  private static let withoutContractions =
    #"[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
  private static let contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|"
  private static let qwen35 =
    contractions + #"[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*"#
    + #"|\s*[\r\n]+|\s+(?!\S)|\s+"#
  private static let seedCoder =
    contractions + #"[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}\r\n]+|\s*[\r\n]+|\s+(?!\S)|\s+"#
  private static let bailing =
    #"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]"#
    + #"|\s+(?!\S)|\s+"#
  private static let exaoneMoE =
    contractions + #"[^\r\n\p{L}\p{N}]?(?:\p{L}\p{M}*(?: \p{L}\p{M}*)*)+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]?"#
    + #"|\s*[\r\n]|\s+(?!\S)|\s+"#
  private static let jais2 =
    contractions + #"[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"#
    + [512, 256, 128, 64, 32, 16, 8, 4].map { #"|\s{\#($0)}(?!\S)"# }.joined() + #"|\s{1,2}(?!\S)|\s"#
  private static let chameleon = [
    "<sentinel:[0-9]+>", "IMGIMG[A-I]{1,4}Z", #"[\t\n]|    |  "#, #"\p{N}"#, #"[\p{P}!-/:-@\[-`{-~]"#, gpt2,
  ]
  private static let defaults = [#"[\p{P}\$\+<=>\^~\|]+"#, gpt2, #"\p{N}+"#, "[0-9][0-9][0-9]"]

  private static let families: [String: [String]] = {
    let groups: [(names: [String], patterns: [String])] = [
      (
        [
          "gpt-2", "phi-2", "olmo", "mpt", "jais", "trillion", "gigachat", "a.x-4.0", "mellum", "modern-bert",
          "exaone4", "granite-docling",
        ], [gpt2]
      ),
      (
        [
          "smollm", "starcoder", "refact", "command-r", "codeshell", "exaone", "minerva-7b", "mellum2",
        ], [digits, gpt2]
      ),
      (llama3Names + ["dbrx", "smaug-bpe", "glm4", "glm5", "chatglm-bpe"], [llama3]),
      (
        ["qwen2", "stablelm2", "deepseek-r1-qwen", "megrez", "kormo", "f2llmv2", "hunyuan", "solar-open", "grok-2"],
        [qwen2]
      ),
      (["qwen35"], [qwen35]), (["laguna"], [#"[^\n]+|[\n]+"#, qwen2]), (["ufakzeka"], [withoutContractions]),
      (["minicpm5"], [#"\p{N}{1,3}"#, gpt4(digits: #"\p{N}+"#)]),
      (["gpt-4o", "llama4", "kanana2", "talkie", "minimax-m2"], [o200k]),
      (["tiny_aya", "cohere2moe"], [#"\d{1,3}(?=(?:\d{3})*\b)"#, o200k]), (["youtu"], youtu),
      (["tekken"], [tekken]), (["falcon"], falcon), (["chameleon"], chameleon),
      (["deepseek-llm"], deepseekLLM), (["deepseek-coder"], deepseekCoder),
      (["deepseek-v3", "hunyuan-dense", "joyai-llm", "hy_v4"], deepseekV3), (["spark2_5"], spark),
      (["poro-chat", "bloom", "gpt3-finnish"], [bloom]), (["viking"], [bloom, #"\p{N}"#]),
      (["superbpe"], [#"\p{N}+"#, #"(?=(\d{3})+(?!\d))"#]), (["seed-coder"], [seedCoder]),
      (["bailingmoe", "bailingmoe2", "llada-moe"], [bailing]), (["exaone-moe"], [exaoneMoE]), (["jais-2"], [jais2]),
      (["default"], defaults),
    ]
    var families: [String: [String]] = [:]
    for group in groups {
      for name in group.names { families[name] = group.patterns }
    }
    return families
  }()
}
