import CYAML

/// The events of one YAML text, read through libyaml.
///
/// The only unsafe code of the layer.
///
/// libyaml keeps a pointer to its input, so the whole reading happens inside `forEach`, while the bytes are lent.
struct YAMLEvents {
  enum Event {
    case documentStart, documentEnd, streamEnd
    case alias(String)
    case scalar(String, isPlain: Bool, tag: String?, anchor: String?)
    case sequenceStart(tag: String?, anchor: String?)
    case mappingStart(tag: String?, anchor: String?)
    case sequenceEnd, mappingEnd
  }

  /// A position in the text, counted from 0.
  struct Mark {
    let line: Int
    let column: Int
  }

  /// A syntax error of libyaml.
  struct SyntaxError: Error {
    let message: String
    let mark: Mark
  }

  let bytes: [UInt8]

  /// Calls `body` with every event up to the stream's end; stops where the text is no YAML or `body` throws.
  func forEach(_ body: (Event, Mark) throws -> Void) throws {
    var parser = unsafe yaml_parser_t()
    guard unsafe yaml_parser_initialize(&parser) == 1 else {
      throw SyntaxError(message: "out of memory", mark: Mark(line: 0, column: 0))
    }
    defer { unsafe yaml_parser_delete(&parser) }
    try unsafe bytes.withUnsafeBufferPointer { buffer in
      unsafe yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING)
      unsafe yaml_parser_set_input_string(&parser, buffer.baseAddress, buffer.count)
      var isDone = false
      while !isDone {
        var event = unsafe yaml_event_t()
        guard unsafe yaml_parser_parse(&parser, &event) == 1 else { throw unsafe Self.error(of: parser) }
        defer { unsafe yaml_event_delete(&event) }
        guard let (translated, mark) = unsafe Self.translate(event) else { continue }
        try body(translated, mark)
        if case .streamEnd = translated { isDone = true }
      }
    }
  }

  private static func translate(_ event: yaml_event_t) -> (Event, Mark)? {
    let mark = unsafe Mark(line: Int(event.start_mark.line), column: Int(event.start_mark.column))
    let translated: Event
    switch unsafe event.type {
    case YAML_DOCUMENT_START_EVENT: translated = .documentStart
    case YAML_DOCUMENT_END_EVENT: translated = .documentEnd
    case YAML_STREAM_END_EVENT: translated = .streamEnd
    case YAML_ALIAS_EVENT: translated = .alias(unsafe text(event.data.alias.anchor) ?? "")
    case YAML_SEQUENCE_START_EVENT:
      let start = unsafe event.data.sequence_start
      translated = unsafe .sequenceStart(tag: text(start.tag), anchor: text(start.anchor))
    case YAML_SEQUENCE_END_EVENT: translated = .sequenceEnd
    case YAML_MAPPING_START_EVENT:
      let start = unsafe event.data.mapping_start
      translated = unsafe .mappingStart(tag: text(start.tag), anchor: text(start.anchor))
    case YAML_MAPPING_END_EVENT: translated = .mappingEnd
    case YAML_SCALAR_EVENT:
      let scalar = unsafe event.data.scalar
      let value = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
      translated = unsafe .scalar(
        String(decoding: value, as: UTF8.self), isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE,
        tag: text(scalar.tag), anchor: text(scalar.anchor))
    default: return nil
    }
    return (translated, mark)
  }

  private static func text(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
    guard let pointer = unsafe pointer else { return nil }
    return unsafe String(cString: pointer)
  }

  private static func error(of parser: yaml_parser_t) -> SyntaxError {
    let problem = unsafe parser.problem.map { unsafe String(cString: $0) } ?? "unreadable text"
    let context = unsafe parser.context.map { unsafe String(cString: $0) }
    return unsafe SyntaxError(
      message: context.map { "\(problem) (\($0))" } ?? problem,
      mark: Mark(line: Int(parser.problem_mark.line), column: Int(parser.problem_mark.column)))
  }
}
