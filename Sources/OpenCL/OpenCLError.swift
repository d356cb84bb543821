/// What can go wrong between this program and an OpenCL device.
public enum OpenCLError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The library is not there, or is not OpenCL 1.2.
  case noLibrary(reason: String)
  /// The library is there, and no driver offers a device.
  case noDevice
  /// A device with a number that there is not.
  case noSuchDevice(index: Int, count: Int)
  /// The device has no room for a buffer.
  case noMemory(byteCount: Int, device: String, largest: Int)
  /// The kernels do not compile there.
  case build(device: String, log: String)
  /// A pass has more elements than the kernels count.
  case tooLarge(value: Int, device: String)
  /// A function of OpenCL failed.
  case call(String, code: Int, device: String)

  /// What is wrong and what to do.
  public var description: String {
    switch self {
    case .noLibrary(let reason):
      "OpenCL cannot be used (\(reason)): install a driver and Debian's ocl-icd-libopencl1, or take --device cpu"
    case .noDevice:
      "no OpenCL driver offers a device: install the graphics card's driver (or pocl-opencl-icd, which computes on the "
        + "processor), or take --device cpu"
    case .noSuchDevice(let index, let count):
      "there is no OpenCL device \(index); there are \(count), numbered from 0 ('se-eval devices' lists them)"
    case .noMemory(let byteCount, let device, let largest):
      "\(device) has no memory for a buffer of \(byteCount) bytes (at most \(largest) bytes can be had in one piece)"
    case .build(let device, let log): "the kernels do not compile on \(device): \(log)"
    case .call(let function, let code, let device):
      "\(function) failed on \(device) with \(Self.names[code] ?? "code \(code)")"
        + (Self.isMemory.contains(code)
          ? "; the device may have no memory left: see what else uses it, or say --device-memory" : "")
    case .tooLarge(let value, let device):
      "a pass on \(device) has \(value) elements, more than its kernels count; take a smaller --chunk"
    }
  }

  /// What drivers give where memory that they promised is not there.
  private static let isMemory: Set<Int> = [-4, -5, -6]
  /// Names of the codes that a driver may give at any time.
  private static let names: [Int: String] = [
    -1: "CL_DEVICE_NOT_FOUND", -2: "CL_DEVICE_NOT_AVAILABLE", -3: "CL_COMPILER_NOT_AVAILABLE",
    -4: "CL_MEM_OBJECT_ALLOCATION_FAILURE", -5: "CL_OUT_OF_RESOURCES", -6: "CL_OUT_OF_HOST_MEMORY",
    -11: "CL_BUILD_PROGRAM_FAILURE", -14: "CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST", -30: "CL_INVALID_VALUE",
    -34: "CL_INVALID_CONTEXT", -36: "CL_INVALID_COMMAND_QUEUE", -38: "CL_INVALID_MEM_OBJECT",
    -46: "CL_INVALID_KERNEL_NAME", -48: "CL_INVALID_KERNEL", -49: "CL_INVALID_ARG_INDEX", -50: "CL_INVALID_ARG_VALUE",
    -51: "CL_INVALID_ARG_SIZE", -52: "CL_INVALID_KERNEL_ARGS", -54: "CL_INVALID_WORK_GROUP_SIZE",
    -55: "CL_INVALID_WORK_ITEM_SIZE", -61: "CL_INVALID_BUFFER_SIZE", -1001: "no driver (no ICD is registered)",
  ]
}
