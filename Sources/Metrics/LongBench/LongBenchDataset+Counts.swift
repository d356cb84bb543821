extension LongBenchDataset {
  /// The rows of the official file (task.md).
  public var officialRowCount: Int {
    switch name {
    case "multifieldqa_en": 150
    case "lcc", "repobench-p": 500
    default: 200
    }
  }
}

extension LEvalTask {
  /// The closed tasks of the paper's table with their names there and their official numbers of questions.
  public static let closedColumns: [(title: String, task: String, questionCount: Int)] = [
    ("Coursera", "coursera", 172), ("GSM", "gsm100", 100), ("QuALITY", "quality", 202), ("TOEFL", "tpo", 269),
    ("CodeU", "codeU", 90), ("SFiction", "sci_fi", 64),
  ]
}
