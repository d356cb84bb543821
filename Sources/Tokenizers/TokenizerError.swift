/// What can be wrong with the files of a tokenizer: facts only, worded in `description`.
///
/// Every case means that a model is missing or does not verify, exit status 5 of the program.
public enum TokenizerError: Error, Equatable, Sendable {
  /// Nothing at the path holds a tokenizer; `lookedFor` are the names that were tried.
  case notFound(path: String, lookedFor: [String])
  /// The file cannot be read, or its container is damaged; the reason is the lower layer's, which may name the file.
  case unreadable(file: String, reason: String)
  /// The bytes from `offset` on are not what the format demands.
  case malformed(file: String, offset: Int, expected: String)
  /// A field that is needed is absent.
  case missing(file: String, field: String, expected: String)
  /// A field has a value that cannot be right.
  case invalid(file: String, field: String, expected: String, found: String)
  /// A well-formed value that this program does not implement.
  case unsupported(file: String, field: String, found: String, supported: String)
  /// A count or length beyond what any real tokenizer has.
  case tooLarge(file: String, field: String, found: Int, limit: Int)
  /// A token or id appears twice where it must be unique.
  case duplicate(file: String, field: String, value: String)
}

extension TokenizerError: CustomStringConvertible {
  /// What is wrong, where, and what to do about it.
  public var description: String {
    switch self {
    case .notFound(let path, let lookedFor):
      "\(path): no tokenizer here (looked for \(lookedFor.joined(separator: ", "))). "
        + "Give a .gguf file or a model directory with one of these files."
    case .unreadable(let file, let reason):
      reason.hasPrefix("\(file): ") ? reason : "\(file): cannot be read: \(reason)"
    case .malformed(let file, let offset, let expected):
      "\(file): byte \(offset): expected \(expected). The file is damaged or incomplete; fetch it again."
    case .missing(let file, let field, let expected):
      "\(file): \(field) is missing, expected \(expected). The file is incomplete; fetch it again."
    case .invalid(let file, let field, let expected, let found):
      "\(file): \(field) is \(found), expected \(expected). The file is damaged or was edited; fetch it again."
    case .unsupported(let file, let field, let found, let supported):
      "\(file): \(field) '\(found)' is not supported (supported: \(supported)). "
        + "Use another file of the same model, or tokenize elsewhere and pass token ids."
    case .tooLarge(let file, let field, let found, let limit):
      "\(file): \(field) is \(found), at most \(limit) is allowed. The file is damaged."
    case .duplicate(let file, let field, let value):
      "\(file): \(field) has \(value) twice. The file is damaged or was edited; fetch it again."
    }
  }
}
