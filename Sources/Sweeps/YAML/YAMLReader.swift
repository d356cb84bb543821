/// Reads one YAML document into nodes, strictly.
///
/// Refused: duplicate keys, anchors and aliases, merge keys, tags, several documents, keys that are no words, nesting
/// and sizes that no configuration needs.
struct YAMLReader {
  /// The largest file, in bytes.
  static let byteLimit = 1 << 20
  /// The deepest nesting of lists and mappings.
  static let depthLimit = 24
  /// The largest number of values.
  static let nodeLimit = 20_000

  /// A list or mapping that is not closed yet; a class, so that adding to it copies nothing.
  private final class Frame {
    let isMapping: Bool
    let location: TextLocation
    var nodes: [Node] = []
    var entries: [Node.Entry] = []
    var lines: [String: Int] = [:]
    var pending: (key: String, location: TextLocation)?

    init(isMapping: Bool, location: TextLocation) {
      self.isMapping = isMapping
      self.location = location
    }
  }

  private let file: String
  private let fixedLocation: TextLocation?
  private var frames: [Frame] = []
  private var root: Node?
  private var nodeCount = 0
  private var documentCount = 0

  /// Reads a file's bytes.
  ///
  /// - Parameters:
  ///   - bytes: the content; a UTF-8 byte order mark is skipped.
  ///   - file: the name used in errors.
  /// - Returns: the document.
  /// - Throws: `SweepError.yaml` with the place and the problem.
  static func read(_ bytes: [UInt8], file: String) throws(SweepError) -> Node {
    try YAMLReader(file: file, fixedLocation: nil).parsed(bytes)
  }

  /// Reads the value of a command line argument, for example `[4096, 8192]`; every node is placed at the argument.
  static func read(argument value: String, location: TextLocation) throws(SweepError) -> Node {
    if value.isEmpty { return Node(content: .scalar("", isPlain: false), location: location) }
    return try YAMLReader(file: location.file, fixedLocation: location).parsed(Array(value.utf8))
  }

  private init(file: String, fixedLocation: TextLocation?) {
    self.file = file
    self.fixedLocation = fixedLocation
  }

  private consuming func parsed(_ bytes: [UInt8]) throws(SweepError) -> Node {
    var content = bytes
    guard content.count <= Self.byteLimit else {
      throw .yaml(place(0, 0), .tooLarge(byteCount: content.count, limit: Self.byteLimit))
    }
    if content.starts(with: [0xEF, 0xBB, 0xBF]) { content.removeFirst(3) }
    if let offset = firstInvalidUTF8(content) {
      let before = content[..<offset]
      let line = before.count { $0 == 10 }
      let column = before.reversed().prefix { $0 != 10 }.count { $0 & 0xC0 != 0x80 }
      throw .yaml(place(line, column), .invalidUTF8)
    }
    do {
      try YAMLEvents(bytes: content).forEach { event, mark in try take(event, place(mark.line, mark.column)) }
    } catch let error as SweepError {
      throw error
    } catch let error as YAMLEvents.SyntaxError {
      throw .yaml(place(error.mark.line, error.mark.column), .syntax(error.message))
    } catch {
      throw .yaml(place(0, 0), .empty)
    }
    guard let root else { throw .yaml(place(0, 0), .empty) }
    return root
  }

  private func place(_ line: Int, _ column: Int) -> TextLocation {
    fixedLocation ?? TextLocation(file: file, line: line + 1, column: column + 1)
  }

  private mutating func take(_ event: YAMLEvents.Event, _ location: TextLocation) throws(SweepError) {
    switch event {
    case .documentStart:
      documentCount += 1
      if documentCount > 1 { throw .yaml(location, .secondDocument) }
    case .documentEnd, .streamEnd: break
    case .alias(let name): throw .yaml(location, .anchor("*" + name))
    case .scalar(let text, let isPlain, let tag, let anchor):
      try check(tag: tag, anchor: anchor, location)
      try takeScalar(text, isPlain: isPlain, location)
    case .sequenceStart(let tag, let anchor):
      try check(tag: tag, anchor: anchor, location)
      try push(Frame(isMapping: false, location: location))
    case .mappingStart(let tag, let anchor):
      try check(tag: tag, anchor: anchor, location)
      try push(Frame(isMapping: true, location: location))
    case .sequenceEnd, .mappingEnd:
      let frame = frames.removeLast()
      try add(
        Node(content: frame.isMapping ? .mapping(frame.entries) : .sequence(frame.nodes), location: frame.location))
    }
  }

  private func check(tag: String?, anchor: String?, _ location: TextLocation) throws(SweepError) {
    if let tag { throw .yaml(location, .tag(tag)) }
    if let anchor { throw .yaml(location, .anchor("&" + anchor)) }
  }

  private mutating func push(_ frame: Frame) throws(SweepError) {
    if let last = frames.last, last.isMapping, last.pending == nil { throw .yaml(frame.location, .complexKey) }
    guard frames.count < Self.depthLimit else { throw .yaml(frame.location, .tooDeep(limit: Self.depthLimit)) }
    frames.append(frame)
  }

  private mutating func takeScalar(_ text: String, isPlain: Bool, _ location: TextLocation) throws(SweepError) {
    // The system would cut a path there, and open another file.
    guard !text.utf8.contains(0) else { throw .yaml(location, .syntax("a text holds the character NUL")) }
    guard let frame = frames.last, frame.isMapping, frame.pending == nil else {
      return try add(Node(content: .scalar(text, isPlain: isPlain), location: location))
    }
    if text == "<<", isPlain { throw .yaml(location, .mergeKey) }
    if let line = frame.lines.updateValue(location.line, forKey: text) {
      throw .yaml(location, .duplicateKey(text, firstLine: line))
    }
    frame.pending = (text, location)
  }

  private mutating func add(_ node: Node) throws(SweepError) {
    nodeCount += 1
    guard nodeCount <= Self.nodeLimit else { throw .yaml(node.location, .tooManyNodes(limit: Self.nodeLimit)) }
    guard let frame = frames.last else {
      root = node
      return
    }
    if let pending = frame.pending {
      frame.entries.append(Node.Entry(key: pending.key, location: pending.location, value: node))
      frame.pending = nil
    } else {
      frame.nodes.append(node)
    }
  }
}

/// The offset of the first byte that does not belong to well-formed UTF-8, or nil.
func firstInvalidUTF8(_ bytes: [UInt8]) -> Int? {
  var offset = 0
  while offset < bytes.count {
    let first = bytes[offset]
    let (length, low, high): (Int, UInt8, UInt8)
    switch first {
    case 0x00...0x7F:
      offset += 1
      continue
    case 0xC2...0xDF: (length, low, high) = (2, 0x80, 0xBF)
    case 0xE0: (length, low, high) = (3, 0xA0, 0xBF)
    case 0xED: (length, low, high) = (3, 0x80, 0x9F)
    case 0xE1...0xEF: (length, low, high) = (3, 0x80, 0xBF)
    case 0xF0: (length, low, high) = (4, 0x90, 0xBF)
    case 0xF1...0xF3: (length, low, high) = (4, 0x80, 0xBF)
    case 0xF4: (length, low, high) = (4, 0x80, 0x8F)
    default: return offset
    }
    guard offset + length <= bytes.count, (low...high).contains(bytes[offset + 1]),
      bytes[(offset + 2)..<(offset + length)].allSatisfy({ $0 & 0xC0 == 0x80 })
    else { return offset }
    offset += length
  }
  return nil
}
