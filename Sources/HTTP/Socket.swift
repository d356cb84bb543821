import Glibc

/// How long a request may take, and who can stop it.
struct Patience {
  let deadline: ContinuousClock.Instant
  let seconds: Double
  let isCancelled: () -> Bool

  init(_ timeout: Duration, isCancelled: @escaping () -> Bool) {
    deadline = ContinuousClock.now + timeout
    seconds = Double(timeout.components.seconds) + Double(timeout.components.attoseconds) * 1e-18
    self.isCancelled = isCancelled
  }

  func check() throws(HTTPError) {
    if isCancelled() { throw .cancelled }
    if ContinuousClock.now >= deadline { throw .timedOut(seconds: seconds) }
  }
}

/// One TCP connection, closed with its owner.
///
/// Every wait is in short slices, so that a deadline and a cancellation are kept whatever the other side does.
final class Socket {
  private let descriptor: Int32
  /// Milliseconds between two looks at the deadline and at `isCancelled`.
  private static let slice: Int32 = 50

  private init(_ descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  /// Connects to the first of a host's addresses that takes the connection.
  static func connect(host: String, port: Int, _ patience: Patience) throws(HTTPError) -> Socket {
    var hints = unsafe addrinfo()
    unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    guard unsafe getaddrinfo(host, String(port), &hints, &list) == 0, let first = unsafe list else {
      throw .unknownHost(host)
    }
    defer { unsafe freeaddrinfo(first) }
    var next: UnsafeMutablePointer<addrinfo>? = unsafe first
    var reason = "the host has no address"
    while let info = unsafe next {
      try patience.check()
      let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
      let descriptor = unsafe socket(info.pointee.ai_family, kind, 0)
      if descriptor >= 0 {
        let socket = Socket(descriptor)
        let status = unsafe Glibc.connect(descriptor, info.pointee.ai_addr, info.pointee.ai_addrlen)
        let code = status == 0 ? 0 : errno
        let end = code == EINPROGRESS ? try socket.finishConnecting(patience) : code
        if end == 0 { return socket }
        reason = text(of: end)
      } else {
        reason = text(of: errno)
      }
      unsafe next = info.pointee.ai_next
    }
    throw .notConnected(reason: reason)
  }

  private func finishConnecting(_ patience: Patience) throws(HTTPError) -> Int32 {
    try wait(for: POLLOUT, patience)
    var code: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    guard unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size) == 0 else { return errno }
    return code
  }

  private func wait(for events: Int32, _ patience: Patience) throws(HTTPError) {
    while true {
      try patience.check()
      var entry = pollfd(fd: descriptor, events: Int16(events), revents: 0)
      let count = unsafe poll(&entry, 1, Self.slice)
      if count > 0 { return }
      if count < 0, errno != EINTR { throw .lost(reason: Self.text(of: errno)) }
    }
  }

  /// Sends all bytes.
  func send(_ bytes: [UInt8], _ patience: Patience) throws(HTTPError) {
    var sent = 0
    while sent < bytes.count {
      try patience.check()
      let count = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Glibc.send(
          descriptor, buffer.baseAddress?.advanced(by: sent), buffer.count - sent, Int32(MSG_NOSIGNAL))
      }
      if count >= 0 {
        sent += count
      } else if errno == EAGAIN || errno == EINTR {
        try wait(for: POLLOUT, patience)
      } else {
        throw .lost(reason: Self.text(of: errno))
      }
    }
  }

  /// The next bytes; none at the end of the connection.
  func receive(_ patience: Patience) throws(HTTPError) -> ArraySlice<UInt8> {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      try wait(for: POLLIN, patience)
      let count = unsafe buffer.withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress, $0.count, 0) }
      if count >= 0 { return buffer[..<count] }
      if errno != EAGAIN, errno != EINTR { throw .lost(reason: Self.text(of: errno)) }
    }
  }

  private static func text(of code: Int32) -> String {
    guard let text = unsafe strerror(code) else { return "error \(code)" }
    return unsafe String(cString: text).lowercased()
  }
}
