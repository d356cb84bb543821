import Metrics

extension LEvalPrompts {
  /// The project's own wording of a task, where the benchmark's is not there.
  static func own(_ task: String) -> Prompt {
    let asked = "\n\n{question}\n\n"
    switch LEvalTask(named: task) {
    case .choice:
      return Prompt(
        system: "Read the document, then give the letter of the one option that is right, and nothing else.",
        user: "{document}" + asked + "Answer:")
    case .choices:
      return Prompt(
        system: "Read the document, then give the letters of all options that are right, and nothing else.",
        user: "{document}" + asked + "Answer:")
    case .number:
      return Prompt(
        system: "Solve the last problem in the manner of those before it, and close with the sentence The answer is, "
          + "followed by the number.",
        user: "{document}\n\n{question}")
    case .code:
      return Prompt(
        system: "Read the program, then say what it prints; close with the words the final output is, followed by it.",
        user: "{document}\n\n{question}")
    case .judgements:
      return Prompt(
        system: "Read the story, then judge a statement by the world of the story: True or False, nothing else.",
        user: "{document}" + asked + "Answer:")
    case .topics:
      return Prompt(
        system: "Read the conversation, then name the topic that is asked for, and nothing else.",
        user: "{document}" + asked + "Answer:")
    case .text:
      return Prompt(
        system: "Read the document, then do what is asked about it.",
        user: "{document}" + asked + "Write about {words} words.\n\nAnswer:")
    }
  }

  /// The project's own wording of sci_fi's second question, which is about the real world and has no document.
  static let ownFact = Prompt(
    system: "Judge a statement by what is known of the real world: True or False, nothing else.",
    user: "{question}\n\nAnswer:")

  /// The statement of a sci_fi question, without what it says about the story.
  static func statement(_ question: String) -> String {
    guard let end = question.firstRange(of: "True or False?") else { return question }
    return String(question[..<end.upperBound])
  }
}
