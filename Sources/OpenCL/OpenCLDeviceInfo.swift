import COpenCL

/// A device that an OpenCL driver of this machine offers.
public struct OpenCLDeviceInfo: Sendable {
  /// What a device is.
  public enum Kind: String, Sendable {
    /// A graphics card.
    case gpu
    /// Hardware made for computing alone.
    case accelerator
    /// The processor, through a driver such as PoCL.
    case cpu
    /// Anything else.
    case other
  }
  /// Its number, as in `--device opencl:1`.
  public let index: Int
  /// What it is.
  public let kind: Kind
  /// The driver's name for it.
  public let name: String
  /// Who made it.
  public let vendor: String
  /// The driver's platform.
  public let platform: String
  /// The driver's version.
  public let driver: String
  /// The version of OpenCL, in the driver's words.
  public let version: String
  /// Processors that work side by side.
  public let computeUnits: Int
  /// Bytes of its memory.
  public let memoryByteCount: Int
  /// The most bytes of one buffer.
  public let largestBufferByteCount: Int
  /// Bytes of the memory that a work group shares.
  public let localByteCount: Int
  /// The most work items of a group.
  public let largestGroup: Int
  /// NVIDIA's compute capability times ten, as 80; nil where the driver does not say.
  public let nvidiaCapability: Int?
  /// Extensions of OpenCL.
  public let extensions: [String]
  let handle: OpenCLHandle

  /// All devices of this machine: graphics cards first, then as the drivers list them.
  ///
  /// - Returns: the devices, numbered from 0; at least one.
  /// - Throws: `OpenCLError.noLibrary` or `.noDevice`, or what a driver answers.
  public static func all() throws(OpenCLError) -> [OpenCLDeviceInfo] {
    if let problem = unsafe copencl_load() { throw .noLibrary(reason: unsafe String(cString: problem)) }
    var found: [(platform: OpenCLHandle, device: OpenCLHandle, kind: Kind)] = []
    for platform in unsafe Self.handles({ unsafe copencl_platforms($0, $1, $2) }) {
      for device in unsafe Self.handles({ unsafe copencl_devices(platform.raw, $0, $1, $2) }) {
        found.append((platform, device, Self.kind(of: device)))
      }
    }
    let order: [Kind] = [.gpu, .accelerator, .cpu, .other]
    var devices: [OpenCLDeviceInfo] = []
    for kind in order {
      for entry in found where entry.kind == kind {
        devices.append(OpenCLDeviceInfo(index: devices.count, kind: kind, entry.platform, entry.device))
      }
    }
    guard !devices.isEmpty else { throw .noDevice }
    return devices
  }

  private init(index: Int, kind: Kind, _ platform: OpenCLHandle, _ device: OpenCLHandle) {
    func text(_ name: UInt32) -> String {
      unsafe Self.text { unsafe copencl_device_info(device.raw, name, $0, $1, $2) }
    }
    func number(_ name: UInt32) -> Int { Self.number(device, name) }
    self.index = index
    self.kind = kind
    name = text(0x102B)
    vendor = text(0x102C)
    self.platform = unsafe Self.text { unsafe copencl_platform_info(platform.raw, 0x0902, $0, $1, $2) }
    driver = text(0x102D)
    version = text(0x102F)
    computeUnits = number(0x1002)
    memoryByteCount = number(0x101F)
    largestBufferByteCount = number(0x1010)
    localByteCount = number(0x1023)
    largestGroup = number(0x1004)
    extensions = text(0x1030).split(separator: " ").map(String.init)
    // The extension's CL_DEVICE_COMPUTE_CAPABILITY_MAJOR_NV and _MINOR_NV.
    nvidiaCapability =
      extensions.contains("cl_nv_device_attribute_query") ? 10 * number(0x4000) + number(0x4001) : nil
    handle = device
  }

  private static func kind(of device: OpenCLHandle) -> Kind {
    let bits = number(device, 0x1000)
    return bits & 4 != 0 ? .gpu : bits & 8 != 0 ? .accelerator : bits & 2 != 0 ? .cpu : .other
  }

  /// A number of up to 64 bits; drivers fill 4 or 8 bytes of it.
  private static func number(_ device: OpenCLHandle, _ name: UInt32) -> Int {
    var value: UInt64 = 0
    let code = unsafe copencl_device_info(device.raw, name, 8, &value, nil)
    return code == 0 ? Int(clamping: value) : 0
  }

  private static func text(
    _ ask: (Int, UnsafeMutableRawPointer?, UnsafeMutablePointer<Int>?) -> Int32
  ) -> String {
    var size = 0
    guard unsafe ask(0, nil, &size) == 0, size > 0, size < 1 << 20 else { return "" }
    var bytes = [UInt8](repeating: 0, count: size)
    let code = unsafe bytes.withUnsafeMutableBytes { unsafe ask(size, $0.baseAddress, nil) }
    let text = String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    return code == 0 ? text.split(separator: " ").joined(separator: " ") : ""
  }

  private static func handles(
    _ ask: (UInt32, UnsafeMutablePointer<UnsafeMutableRawPointer?>?, UnsafeMutablePointer<UInt32>?) -> Int32
  ) -> [OpenCLHandle] {
    var count: UInt32 = 0
    // A platform without devices answers with a code of its own.
    guard unsafe ask(0, nil, &count) == 0, count > 0 else { return [] }
    var found = unsafe [UnsafeMutableRawPointer?](repeating: nil, count: Int(count))
    guard unsafe ask(count, &found, nil) == 0 else { return [] }
    return unsafe found.compactMap { unsafe $0.map { unsafe OpenCLHandle(raw: $0) } }
  }
}

/// A platform or a device as its driver names it: an address that stays the same as long as the process lives.
@safe struct OpenCLHandle: Sendable {
  nonisolated(unsafe) let raw: UnsafeMutableRawPointer
}
