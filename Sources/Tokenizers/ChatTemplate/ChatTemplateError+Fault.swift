public import Text

extension ChatTemplateError: FaultReporting {
  /// Of whoever asked for this template with these messages.
  public var fault: Fault { .usage }
}
