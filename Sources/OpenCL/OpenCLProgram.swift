import COpenCL

/// Kernels that were compiled for a device.
@safe public final class OpenCLProgram: @unchecked Sendable {
  private let owner: OpenCLQueue
  private let handle: UnsafeMutableRawPointer

  /// Compiles a program.
  ///
  /// - Parameters:
  ///   - source: OpenCL C.
  ///   - options: those of the compiler, such as `-D NAME=1`.
  ///   - queue: the device at work.
  /// - Throws: `OpenCLError.build` with the compiler's words.
  public init(source: [UInt8], options: String, _ queue: OpenCLQueue) throws(OpenCLError) {
    owner = queue
    var code: Int32 = 0
    let created = unsafe source.withUnsafeBytes {
      unsafe copencl_create_program(
        queue.context, $0.bindMemory(to: CChar.self).baseAddress, source.count, &code)
    }
    guard let handle = unsafe created else {
      throw .call("clCreateProgramWithSource", code: Int(code), device: queue.device.name)
    }
    code = unsafe copencl_build(handle, queue.device.handle.raw, options)
    guard code == 0 else {
      let log = unsafe Self.log(handle, queue.device)
      unsafe copencl_release_program(handle)
      guard !log.isEmpty else { throw .call("clBuildProgram", code: Int(code), device: queue.device.name) }
      throw .build(device: queue.device.name, log: log)
    }
    unsafe self.handle = handle
  }

  deinit { unsafe copencl_release_program(handle) }

  /// One of its kernels.
  public func kernel(_ name: String) throws(OpenCLError) -> OpenCLKernel {
    var code: Int32 = 0
    guard let kernel = unsafe copencl_create_kernel(handle, name, &code) else {
      throw .call("clCreateKernel(\(name))", code: Int(code), device: owner.device.name)
    }
    return unsafe OpenCLKernel(kernel, self)
  }

  private static func log(_ program: UnsafeMutableRawPointer, _ device: OpenCLDeviceInfo) -> String {
    var bytes = [CChar](repeating: 0, count: 4096)
    // A log that is longer is cut by nobody but the driver, which then gives nothing at all.
    var needed = 0
    if unsafe copencl_build_log(program, device.handle.raw, 0, nil, &needed) == 0, needed > bytes.count {
      bytes = [CChar](repeating: 0, count: min(needed, 1 << 20))
    }
    guard unsafe copencl_build_log(program, device.handle.raw, bytes.count, &bytes, nil) == 0 else { return "" }
    let text = String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return String(text.prefix(2000))
  }
}

/// A function that a device runs for many work items.
@safe public final class OpenCLKernel: @unchecked Sendable {
  let handle: UnsafeMutableRawPointer
  private let program: OpenCLProgram

  init(_ handle: UnsafeMutableRawPointer, _ program: OpenCLProgram) {
    unsafe self.handle = handle
    self.program = program
  }

  deinit { unsafe copencl_release_kernel(handle) }
}
