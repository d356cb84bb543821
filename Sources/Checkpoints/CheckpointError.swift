extension Optional {
  /// This value, or another that may be an error to ask for: `??` of the standard library forgets the error's type.
  func otherwise(_ other: @autoclosure () throws(CheckpointError) -> Wrapped) throws(CheckpointError) -> Wrapped {
    if let value = self { return value }
    return try other()
  }

  /// This value, or another that may be absent as well.
  func orElse(_ other: @autoclosure () throws(CheckpointError) -> Wrapped?) throws(CheckpointError) -> Wrapped? {
    if let value = self { return value }
    return try other()
  }
}

/// What can be wrong with a checkpoint: facts only, worded in `description`.
///
/// Every case means that a model is missing or does not verify, exit status 5 of the program.
public enum CheckpointError: Error, Equatable, Sendable {
  /// The operating system refuses to open or map a file.
  case cannotRead(file: String, reason: String)
  /// Nothing usable is at a path; `lookedFor` are the paths that were tried, `present` what lies there instead.
  case notFound(path: String, lookedFor: [String], present: [String])
  /// A field needs `needed` bytes at `offset`, and only `available` are left in the file.
  case truncated(file: String, field: String, offset: Int, needed: UInt64, available: Int)
  /// A field has a value that cannot be right.
  case invalid(file: String, field: String, expected: String, found: String)
  /// A field that is needed is absent.
  case missingField(file: String, field: String)
  /// A field that this program does not know, so that ignoring it could change the results silently.
  case unknownField(file: String, field: String, found: String)
  /// A well-formed value that this program does not implement.
  case unsupported(file: String, field: String, found: String, supported: [String])
  /// A name appears twice where names are unique.
  case duplicate(file: String, name: String)
  /// A tensor that the forward pass needs is not in the checkpoint.
  case missingTensor(file: String, tensor: String)
  /// A tensor that this architecture does not know, so that ignoring it could change the results silently.
  case unexpectedTensor(file: String, tensor: String, architecture: String)
  /// A tensor whose shape contradicts the hyperparameters; shapes are outermost first.
  case wrongShape(file: String, tensor: String, expected: [Int], found: [Int])
}
