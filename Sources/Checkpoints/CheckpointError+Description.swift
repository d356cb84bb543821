extension CheckpointError: CustomStringConvertible {
  /// What is wrong, where, and what to do, in one to three sentences.
  public var description: String {
    switch self {
    case .cannotRead(let file, let reason):
      "\(file): cannot be read: \(reason). Check the path and its permissions."
    case .notFound(let path, let lookedFor, let present):
      Self.notFoundText(path, lookedFor, present)
    case .truncated(let file, let field, let offset, let needed, let available):
      "\(file): \(field) needs \(needed) bytes at offset \(offset), and \(available) are left. "
        + "The file is incomplete or damaged; fetch it again."
    case .invalid(let file, let field, let expected, let found):
      "\(file): \(field) is \(found), expected \(expected). "
        + "The file is damaged or was written by a faulty converter; fetch or convert it again."
    case .missingField(let file, let field):
      "\(file): '\(field)' is missing. Take the file from the model's original release, or convert the model again."
    case .unknownField(let file, let field, let found):
      "\(file): '\(field)' (\(found)) is not known to this program, and ignoring it could change the results. "
        + "If the model's makers say that it does not change what the model computes, take it out of the file."
    case .unsupported(let file, let field, let found, let supported):
      "\(file): \(field) is '\(found)', which is not supported. "
        + (supported.isEmpty ? "Use another version of the model." : "Supported: \(supported.joined(separator: ", ")).")
    case .duplicate(let file, let name):
      "\(file): '\(name)' appears twice. The file is damaged; fetch or convert it again."
    case .missingTensor(let file, let tensor):
      "\(file): tensor '\(tensor)' is missing. The checkpoint is incomplete, or its configuration does not describe it; "
        + "fetch every file of the model from one release."
    case .unexpectedTensor(let file, let tensor, let architecture):
      "\(file): tensor '\(tensor)' is not part of the architecture '\(architecture)' with these hyperparameters. "
        + "Ignoring it could change the results; use a checkpoint that its configuration describes."
    case .wrongShape(let file, let tensor, let expected, let found):
      "\(file): tensor '\(tensor)' has shape \(found), expected \(expected) from the hyperparameters. "
        + "Configuration and weights are not of the same model; fetch both from one release."
    }
  }

  private static func notFoundText(_ path: String, _ lookedFor: [String], _ present: [String]) -> String {
    if lookedFor == [path] { return "\(path): there is no such file or folder. Check the path." }
    let there = present.isEmpty ? "" : " Present: \(present.joined(separator: ", "))."
    return "\(path): no model found here; looked for \(lookedFor.joined(separator: ", ")).\(there) "
      + "Give a .gguf file, or a folder with config.json and safetensors files"
      + (present.contains { $0.hasSuffix(".bin") } ? "; convert .bin weights to safetensors first." : ".")
  }
}
