import COpenCL
import Synchronization

/// Memory of a device.
@safe public final class OpenCLMemory: @unchecked Sendable {
  /// The bytes that were asked for.
  public let byteCount: Int
  let handle: UnsafeMutableRawPointer
  private let owner: OpenCLQueue
  /// What the device holds: OpenCL has no empty buffers, and fills whole words.
  var paddedByteCount: Int { max(4, (byteCount + 3) / 4 * 4) }

  init(_ owner: OpenCLQueue, byteCount: Int, content: UnsafeRawPointer?) throws(OpenCLError) {
    self.owner = owner
    self.byteCount = byteCount
    let padded = max(4, (byteCount + 3) / 4 * 4)
    let device = owner.device
    var code: Int32 = 0
    // Bytes that do not fill the last word are written by a call of their own.
    let isWhole = padded == byteCount
    let largest = max(0, min(device.largestBufferByteCount, owner.byteLimit - owner.heldByteCount))
    guard byteCount >= 0, padded <= largest else {
      throw .noMemory(byteCount: byteCount, device: device.name, largest: largest)
    }
    guard let handle = unsafe copencl_create_memory(owner.context, padded, isWhole ? content : nil, &code) else {
      throw .call("clCreateBuffer of \(byteCount) bytes", code: Int(code), device: device.name)
    }
    unsafe self.handle = handle
    owner.count(padded)
    if let content = unsafe content, !isWhole, byteCount > 0 {
      try owner.check(unsafe copencl_write(owner.queue, handle, 0, byteCount, content), "clEnqueueWriteBuffer")
    }
  }

  deinit {
    owner.count(-paddedByteCount)
    unsafe copencl_release_memory(handle)
  }

  func check(_ offset: Int, _ count: Int) {
    guard offset >= 0, count >= 0, offset + count <= byteCount else {
      fatalError("OpenCLMemory: \(count) bytes from \(offset) on, of \(byteCount)")
    }
  }
}
