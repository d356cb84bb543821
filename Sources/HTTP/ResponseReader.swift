/// Puts an HTTP/1.1 answer together from the bytes as they come (RFC 9112): with a length, in chunks, or to the end.
struct ResponseReader {
  private enum Body: Equatable {
    case length(Int)
    case chunks
    case toTheEnd
  }
  /// What a chunked body waits for next.
  private enum Part: Equatable {
    case size
    case data(Int)
    case lineEnd
    case trailer
  }

  /// The most bytes of a body.
  let bodyLimit: Int
  private static let headLimit = 64 << 10
  private static let lineLimit = 4 << 10

  private var pending: [UInt8] = []
  private var offset = 0
  private var status: Int?
  private var headers: [String: String] = [:]
  private var kind = Body.toTheEnd
  private var part = Part.size
  private var body: [UInt8] = []
  /// True once nothing more belongs to the answer.
  private(set) var isComplete = false
  /// Bytes that came so far.
  private(set) var byteCount = 0

  init(bodyLimit: Int) { self.bodyLimit = bodyLimit }

  /// Takes bytes.
  mutating func append(_ bytes: ArraySlice<UInt8>) throws(HTTPError) {
    guard !isComplete else { return }
    byteCount += bytes.count
    pending += bytes
    while status == nil {
      guard try readHead() else { return }
    }
    try readBody()
    if offset > 1 << 16 {
      pending.removeFirst(offset)
      offset = 0
    }
  }

  /// The answer, when the connection has ended or nothing more is expected.
  func response() throws(HTTPError) -> HTTPResponse {
    guard let status else {
      throw .lost(reason: byteCount == 0 ? "it ended before an answer" : "it ended within the headers")
    }
    guard isComplete || kind == .toTheEnd else {
      throw .lost(reason: "it ended within the body, after \(body.count) bytes")
    }
    return HTTPResponse(status: status, headers: headers, body: body)
  }

  // MARK: Head

  /// Reads a head; false where it is not whole yet.
  private mutating func readHead() throws(HTTPError) -> Bool {
    guard let end = headEnd() else {
      guard pending.count - offset <= Self.headLimit else { throw .malformed(reason: "its headers do not end") }
      return false
    }
    let lines = pending[offset..<end].split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true)
      .map { line in String(decoding: line.last == UInt8(ascii: "\r") ? line.dropLast() : line, as: UTF8.self) }
    offset = end
    let first = (lines.first ?? "").split(separator: " ", maxSplits: 2)
    guard first.count >= 2, first[0].hasPrefix("HTTP/1."), let code = Int(first[1]), (100..<600).contains(code) else {
      throw .malformed(reason: "its first line is no status line")
    }
    // 100 and its like announce an answer; 101 would be another protocol.
    guard code >= 200 else { return true }
    for line in lines.dropFirst() where !line.isEmpty {
      guard let colon = line.firstIndex(of: ":") else { throw .malformed(reason: "a header has no ':'") }
      let name = line[..<colon].lowercased()
      let value = line[line.index(after: colon)...]
      headers[name] = String(Self.trimmed(value))
    }
    status = code
    kind = try bodyKind(code)
    if kind == .length(0) { isComplete = true }
    return true
  }

  private func headEnd() -> Int? {
    var index = offset
    while index < pending.count {
      guard let lineEnd = pending[index...].firstIndex(of: UInt8(ascii: "\n")) else { return nil }
      let next = lineEnd + 1
      if next < pending.count, pending[next] == UInt8(ascii: "\n") { return next + 1 }
      if next + 1 < pending.count, pending[next] == UInt8(ascii: "\r"), pending[next + 1] == UInt8(ascii: "\n") {
        return next + 2
      }
      index = next
    }
    return nil
  }

  private func bodyKind(_ code: Int) throws(HTTPError) -> Body {
    if code == 204 || code == 304 { return .length(0) }
    if let encoding = headers["transfer-encoding"]?.lowercased() {
      guard encoding == "chunked" else { throw .malformed(reason: "its transfer encoding is '\(encoding.prefix(40))'") }
      return .chunks
    }
    guard let text = headers["content-length"] else { return .toTheEnd }
    guard let count = Int(text), count >= 0 else { throw .malformed(reason: "its length is no number") }
    guard count <= bodyLimit else { throw .tooLarge(limit: bodyLimit) }
    return .length(count)
  }

  private static func trimmed(_ text: Substring) -> Substring {
    var text = text.drop { $0 == " " || $0 == "\t" }
    while let last = text.last, last == " " || last == "\t" { text.removeLast() }
    return text
  }

  // MARK: Body

  private mutating func readBody() throws(HTTPError) {
    switch kind {
    case .toTheEnd: try take(pending.count - offset)
    case .length(let count):
      try take(min(count - body.count, pending.count - offset))
      if body.count == count { isComplete = true }
    case .chunks:
      while !isComplete, try readPart() {}
    }
  }

  private mutating func take(_ count: Int) throws(HTTPError) {
    guard body.count + count <= bodyLimit else { throw .tooLarge(limit: bodyLimit) }
    body += pending[offset..<offset + count]
    offset += count
  }

  /// Reads the next part of a chunked body; false where it is not there yet.
  private mutating func readPart() throws(HTTPError) -> Bool {
    switch part {
    case .size:
      guard let line = try line() else { return false }
      let digits = line.prefix { $0 != ";" && $0 != " " }
      guard let count = Int(digits, radix: 16), count >= 0 else { throw .malformed(reason: "a chunk has no size") }
      guard count <= bodyLimit else { throw .tooLarge(limit: bodyLimit) }
      part = count == 0 ? .trailer : .data(count)
    case .data(let count):
      let there = min(count, pending.count - offset)
      guard there > 0 else { return false }
      try take(there)
      part = there == count ? .lineEnd : .data(count - there)
    case .lineEnd:
      guard let line = try line() else { return false }
      guard line.isEmpty else { throw .malformed(reason: "a chunk is longer than its size") }
      part = .size
    case .trailer:
      guard let line = try line() else { return false }
      if line.isEmpty { isComplete = true }
    }
    return true
  }

  private mutating func line() throws(HTTPError) -> String? {
    guard let end = pending[offset...].firstIndex(of: UInt8(ascii: "\n")) else {
      guard pending.count - offset <= Self.lineLimit else { throw .malformed(reason: "a line of a chunk does not end") }
      return nil
    }
    var line = pending[offset..<end]
    if line.last == UInt8(ascii: "\r") { line.removeLast() }
    offset = end + 1
    return String(decoding: line, as: UTF8.self)
  }
}
