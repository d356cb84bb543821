/// BABILong's way to read an answer: which of a task's labels it names.
///
/// Source: booydar/babilong, babilong/metrics.py.
public enum BABILongAnswer {
  /// The tasks' names.
  public static let tasks = (1...20).map { "qa\($0)" }

  private static let rooms = ["bathroom", "bedroom", "garden", "hallway", "kitchen", "office"]
  private static let yesNo = ["no", "yes"]

  /// What bAbI's answers to a task can be, in lower case; empty for a task that is not known.
  static func labels(of task: String) -> [String] {
    switch task {
    case "qa1", "qa2", "qa3", "qa4", "qa11", "qa12", "qa13": rooms
    case "qa5": ["bill", "fred", "jeff", "mary", "apple", "football", "milk"]
    case "qa6", "qa9", "qa17", "qa18": yesNo
    case "qa7": ["none", "one", "three", "two"]
    case "qa8": ["apple", "football", "milk", "nothing"]
    case "qa10": ["maybe", "no", "yes"]
    case "qa14": ["bedroom", "cinema", "kitchen", "office", "park", "school"]
    case "qa15": ["cat", "mouse", "sheep", "wolf"]
    case "qa16": ["gray", "green", "white", "yellow"]
    case "qa19": ["e,e", "e,n", "e,s", "n,e", "n,n", "n,w", "s,e", "s,s", "s,w", "w,n", "w,s", "w,w"]
    case "qa20": ["bedroom", "bored", "garden", "hungry", "kitchen", "thirsty", "tired"]
    default: []
    }
  }

  /// Whether an answer is right: of the task's labels, those that stand in it and not in the question are the target's.
  ///
  /// Labels are parts of words too: "one" is in "none", so that "none" is never right (qa7), and "no" in "not".
  ///
  /// - Parameters:
  ///   - task: `qa1` to `qa20`.
  ///   - output: what the model wrote.
  ///   - target: the answer; several between commas.
  ///   - question: the question.
  /// - Returns: true where it is right.
  public static func isRight(task: String, output: String, target: String, question: String) -> Bool {
    let text = read(output)
    let asked = CodePoints(question).lowercased
    let found = Set(
      labels(of: task).filter { label in
        let label = CodePoints(label)
        return text.contains(label) && !asked.contains(label)
      })
    let target = CodePoints(target).lowercased
    guard target.contains(","), target.count > 3 else { return found == [target.text] }
    let parts = target.parts(separatedBy: ",").map(\.text)
    return found.isSuperset(of: parts) && found.count == parts.count
  }

  /// The part of an answer that counts: the first sentence, in lower case, before what a model makes up after it.
  static func read(_ output: String) -> CodePoints {
    // The official program looks for "Question" too, which is never there in lower case.
    [".", "<context>", "<example>"].reduce(CodePoints(output).lowercased) { text, end in
      text.firstOffset(of: CodePoints(end)).map { CodePoints(text[..<$0]) } ?? text
    }
  }
}
