/// The twelve tasks of InfiniteBench.
public enum InfiniteBenchTask: String, CaseIterable, Hashable, Sendable {
  case passkey
  case numberString = "number_string"
  case keyValue = "kv_retrieval"
  case summary = "longbook_sum_eng"
  case question = "longbook_qa_eng"
  case choice = "longbook_choice_eng"
  case dialogue = "longdialogue_qa_eng"
  case chineseQuestion = "longbook_qa_chn"
  case codeDebug = "code_debug"
  case codeRun = "code_run"
  case mathFind = "math_find"
  case mathCalculation = "math_calc"

  /// The name in the paper's table.
  public var paperName: String {
    switch self {
    case .passkey: "Retrieve.PassKey"
    case .numberString: "Retrieve.Number"
    case .keyValue: "Retrieve.KV"
    case .summary: "En.Sum"
    case .question: "En.QA"
    case .choice: "En.MC"
    case .dialogue: "En.Dia"
    case .chineseQuestion: "Zh.QA"
    case .codeDebug: "Code.Debug"
    case .codeRun: "Code.Run"
    case .mathFind: "Math.Find"
    case .mathCalculation: "Math.Calc"
    }
  }

  /// The official limit on new tokens, which suits prompts that a base model completes.
  public var maxNewTokens: Int {
    switch self {
    case .passkey: 6
    case .numberString: 12
    case .keyValue: 50
    case .summary: 1200
    case .question, .choice, .dialogue, .chineseQuestion: 40
    case .codeDebug, .codeRun: 5
    case .mathFind: 3
    case .mathCalculation: 30000
    }
  }

  /// The rows of the official file; Zh.QA had 189 before August 2024.
  public var officialRowCount: Int {
    switch self {
    case .passkey, .numberString: 590
    case .keyValue: 500
    case .summary: 103
    case .question: 351
    case .choice: 229
    case .dialogue: 200
    case .chineseQuestion: 175
    case .codeDebug: 394
    case .codeRun: 400
    case .mathFind: 350
    case .mathCalculation: 50
    }
  }
}

/// The versions of InfiniteBench's scorer, which differ by up to 31 points on the same outputs.
public enum InfiniteBenchScorer: String, CaseIterable, Hashable, Sendable {
  /// The repository at 88b3daa (June 2024), which gives the numbers of its README.
  case snapshot = "88b3daa"
  /// As changed in August 2024: letters and names of speakers are looked for in the whole reply.
  case august2024 = "2408"
}
