/// All benchmark plugins: one line each.
public enum TaskRegistry {
  /// The plugins, in the order of the documentation.
  public static let types: [any EvaluationTask.Type] = [
    PG19.self,
    Passkey.self,
    Needle.self,
    RulerNIAH.self,
    Ruler.self,
    BABILong.self,
    NoLiMa.self,
    MRCR.self,
    KeyValueRetrieval.self,
    MultiDocumentQA.self,
    MultipleChoice.self,
    GSM8K.self,
    CustomTask.self,
    LongBench.self,
    LEval.self,
    LongBenchV2.self,
    InfiniteBench.self,
    HELMET.self,
    LVEval.self,
    PerplexityTask.self,
    VisualHaystacks.self,
  ]

  /// The names that a configuration may use.
  public static var names: [String] { types.map { $0.name } }

  /// The plugin of a name, or nil.
  public static func type(named name: String) -> (any EvaluationTask.Type)? { types.first { $0.name == name } }
}
