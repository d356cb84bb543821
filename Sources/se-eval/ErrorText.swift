import Text

/// What an error of any layer means to the user: a sentence, and the exit status.
enum ErrorText {
  /// The text to print after `se-eval: `, and the status to exit with.
  static func explain(_ error: any Error) -> (text: String, status: ExitStatus) {
    let fault = Fault(of: error)
    return ("\(error)", fault == .interrupted ? Interruption.status : ExitStatus(fault))
  }
}
