import OpenCL

/// A device that an OpenCL driver offers, for people and scripts that choose one.
public struct DeviceDescription: Sendable {
  /// As in `--device`: "opencl:0".
  public let spelling: String
  /// "gpu", "accelerator", "cpu" or "other".
  public let kind: String
  /// The driver's name for it.
  public let name: String
  /// Who made it.
  public let vendor: String
  /// The driver: platform and version.
  public let driver: String
  /// The version of OpenCL, in the driver's words.
  public let version: String
  /// Processors that work side by side.
  public let computeUnits: Int
  /// Bytes of its memory.
  public let memoryByteCount: Int
  /// The most bytes of one buffer, so of one weight matrix and of one layer's keys.
  public let largestBufferByteCount: Int
  /// Bytes of the memory that a work group shares.
  public let localByteCount: Int
  /// The extensions that matter to a faster kernel: half precision, subgroups.
  public let abilities: [String]
  /// The shapes of products that were measured there, by kind: "64x128/8x8" for "many blocks".
  public let productShapes: [String: String]
}

extension OpenCLDevice {
  /// The devices of this machine; the number of each is its place.
  ///
  /// - Parameter tuning: where shapes of products are kept; nothing is measured here.
  /// - Returns: at least one.
  /// - Throws: `DeviceFailure` where there is none, and why.
  public static func available(tuning: ProductTuning = .standard) throws(DeviceFailure) -> [DeviceDescription] {
    do throws(OpenCLError) {
      return try OpenCLDeviceInfo.all().map { device in
        let abilities = ["cl_khr_fp16", "cl_khr_fp64", "cl_khr_subgroups", "cl_intel_subgroups"]
        return DeviceDescription(
          spelling: "opencl:\(device.index)", kind: device.kind.rawValue, name: device.name, vendor: device.vendor,
          driver: "\(device.platform) \(device.driver)", version: device.version, computeUnits: device.computeUnits,
          memoryByteCount: device.memoryByteCount, largestBufferByteCount: device.largestBufferByteCount,
          localByteCount: device.localByteCount, abilities: abilities.filter(device.extensions.contains),
          productShapes: ProductShapes.measured(device, tuning))
      }
    } catch {
      throw DeviceFailure(error)
    }
  }

  /// The shapes of products that were measured so far, by kind; none where they are not measured.
  public var productShapes: [String: String] { shapes.measured }

  /// Multiply-adds from registers, and reads of up to 256 MiB; nil where the device fails.
  public func measurePeak() -> DevicePeak? {
    attempt(nil) { () throws(OpenCLError) -> DevicePeak? in
      let groups = 16 * queue.device.computeUnits
      let items = 128
      let into = try queue.makeMemory(byteCount: 4 * groups * items)
      let products = try programs.kernel("peak_products", .elements)
      let turns = 256
      let productSeconds = try shortest { () throws(OpenCLError) in
        try queue.run(products, [.memory(into), .int(turns), .float(0.5)], groups: [groups], items: items)
      }
      let byteCount = min(256 << 20, queue.device.largestBufferByteCount, availableByteCount / 2) / 16 * 16
      let from = try queue.makeMemory(byteCount: byteCount)
      try queue.clear(from)
      let reads = try programs.kernel("peak_reads", .elements)
      let readSeconds = try shortest { () throws(OpenCLError) in
        try queue.run(
          reads, [.memory(from), .memory(into), .int(byteCount / 16)], groups: [groups], items: items)
      }
      return DevicePeak(
        gigaflopsPerSecond: Double(2 * 64 * turns * groups * items) / productSeconds * 1e-9,
        gigabytesPerSecond: Double(byteCount) / readSeconds * 1e-9)
    }
  }

  /// The shortest of five times; the first is only a warm-up.
  private func shortest(_ work: () throws(OpenCLError) -> Void) throws(OpenCLError) -> Double {
    var best = Double.infinity
    for turn in 0..<6 {
      try queue.finish()
      let begin = ContinuousClock.now
      try work()
      try queue.finish()
      let (seconds, attoseconds) = (ContinuousClock.now - begin).components
      if turn > 0 { best = min(best, Double(seconds) + Double(attoseconds) * 1e-18) }
    }
    return best
  }
}
