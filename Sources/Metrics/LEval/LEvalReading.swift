/// A version of the way in which L-Eval reads answers; the protocol's name says which.
public enum LEvalReading: String, CaseIterable, Sendable {
  /// Evaluation/auto_eval.py before 745aa8c (2023-12-20) and em.py before c7cf705 (2023-10-09): a Coursera answer without
  /// a letter before white space, "." or ")" is read as "A", and containment is looked for in the first line alone.
  case v1 = "leval/v1"
  /// The programs as they are since: the first run of letters where nothing else is found, and the whole answer.
  case v2 = "leval/v2"
}
