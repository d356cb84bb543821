import Foundation
import JSON
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// What goes wrong between the program and an OpenCL device, by a library (`Scripts/ci/faulty_opencl.c`) that hands calls to
/// the real one until they are to fail.
@Suite(
  .enabled(if: FaultyOpenCL.isThere, "no OpenCL device, or no clang to build the faulty library with"), .serialized)
struct DeviceFaultTests {
  private static let model = "Datasets/demo/model"
  private static let prompt = [
    "generate", "--model", model, "--prompt", "The number of", "--max-new-tokens", "8", "--device", "opencl",
  ]

  @Test("a device lost in the middle of a sweep ends it by name; the same command goes on to the same report")
  func lost() throws {
    try Program.inTemporaryFolder { folder in
      let (calm, struck) = (folder.appendingPathComponent("calm"), folder.appendingPathComponent("struck"))
      for place in [calm, struck] {
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
      }
      let config = try SmallSweep.write(to: folder, trials: 1)
      let counts = folder.appendingPathComponent("counts").path
      let words = ["--device", "opencl"]
      let whole = try Program.run(
        SmallSweep.arguments(config, calm) + words, environment: FaultyOpenCL.environment(["OPENCL_COUNTS": counts]))
      #expect(whole.status == 0, "\(whole.errors)")
      let calls = try FaultyOpenCL.counts(counts)
      // How graphics cards go: a kernel that cannot be started, a wait, and a result that does not come.
      let faults = [("clEnqueueNDRangeKernel", -36, 3), ("clFinish", -5, 4), ("clEnqueueReadBuffer", -14, 5)]
      let database = struck.appendingPathComponent("small.sqlite").path
      var done = 0
      for (function, code, part) in faults {
        let first = try #require(calls[function]) / part
        let fault = ["OPENCL_FAULT": "\(function):\(first):\(code)"]
        let result = try Program.run(
          SmallSweep.arguments(config, struck) + words, environment: FaultyOpenCL.environment(fault))
        #expect(result.status == 1, "\(function): \(result.errors)")
        #expect(result.errors.contains("\(function) failed on \(FaultyOpenCL.name) with CL_"), "\(result.errors)")
        let status = try #require(JSONValue(json: try Program.run(["status", database, "--json"]).output))
        guard case .integer(let count)? = status["done"] else {
          Issue.record("\(status)")
          return
        }
        #expect(count > done, "after \(function)")
        #expect(status["failed"] == .integer(0))
        done = count
      }
      // The processor knows nothing of it.
      let everything = ["OPENCL_FAULT": "clGetPlatformIDs:1:-1001"]
      let processor = try Program.run(
        Self.prompt.dropLast() + ["cpu"], environment: FaultyOpenCL.environment(everything))
      #expect(processor.status == 0)
      let last = try Program.run(SmallSweep.arguments(config, struck) + words)
      #expect(last.status == 0, "\(last.errors)")
      let wanted = try SmallSweep.report(calm)
      let got = try SmallSweep.report(struck)
      #expect(Set(wanted.keys) == Set(got.keys))
      for (name, content) in wanted { #expect(got[name] == content, "\(name) differs") }
    }
  }

  @Test(
    "what a driver lacks is said, with the device's name and what to do",
    arguments: [
      (["OPENCL_FAULT": "clGetPlatformIDs:1:-1001"], "no OpenCL driver offers a device"),
      (["OPENCL_FAULT": "clGetDeviceIDs:1:-1"], "no OpenCL driver offers a device"),
      (["OPENCL_FAULT": "clCreateContext:1:-2"], "clCreateContext failed on @ with CL_DEVICE_NOT_AVAILABLE"),
      (["OPENCL_FAULT": "clCreateCommandQueue:1:-6"], "clCreateCommandQueue failed on @ with CL_OUT_OF_HOST_MEMORY"),
      (
        ["OPENCL_FAULT": "clBuildProgram:1:-11", "OPENCL_LOG": "line 7: too many registers"],
        "the kernels do not compile on @: line 7: too many registers"
      ),
      (["OPENCL_FAULT": "clBuildProgram:1:-3", "OPENCL_LOG": ""], "with CL_COMPILER_NOT_AVAILABLE"),
      (["OPENCL_FAULT": "clCreateKernel:3:-46"], "failed on @ with CL_INVALID_KERNEL_NAME"),
      // The driver said that there is memory; another program has it.
      (["OPENCL_FAULT": "clCreateBuffer:3:-4"], "CL_MEM_OBJECT_ALLOCATION_FAILURE; the device may have no memory left"),
      (["OPENCL_FAULT": "clEnqueueWriteBuffer:1:-36,clEnqueueFillBuffer:1:-36"], "with CL_INVALID_COMMAND_QUEUE"),
      // CL_DEVICE_LOCAL_MEM_SIZE, _MAX_WORK_GROUP_SIZE, _GLOBAL_MEM_SIZE and _MAX_MEM_ALLOC_SIZE.
      (["OPENCL_INFO": "4131=32768,4100=4096"], "@ has work groups of 4096 items with 32.0 KiB"),
      (["OPENCL_INFO": "4100=128"], "@ has work groups of 128 items"),
      (["OPENCL_INFO": "4127=1000000"], "the weights need"),
      (["OPENCL_INFO": "4112=100000"], "holds at most 97.7 KiB in one piece"),
    ])
  func driver(variables: [String: String], message: String) throws {
    let result = try Program.run(Self.prompt, environment: FaultyOpenCL.environment(variables))
    #expect(result.status == 1 && result.output.isEmpty, "\(result.status) \(result.output)")
    #expect(result.errors.contains(message.replacingOccurrences(of: "@", with: FaultyOpenCL.name)), "\(result.errors)")
    let devices = try Program.run(["devices"], environment: FaultyOpenCL.environment(variables))
    #expect(devices.status == 0 && devices.output.hasPrefix("cpu "))
  }

  @Test("a library that is none, and one that is too old, are said as that")
  func library() throws {
    try Program.inTemporaryFolder { folder in
      let file = folder.appendingPathComponent("libOpenCL.so.1")
      let variables = ["LD_LIBRARY_PATH": folder.path]
      try Data("no library".utf8).write(to: file)
      for (words, status) in [(Self.prompt, Int32(1)), (["devices"], 0), (Self.prompt.dropLast() + ["cpu"], 0)] {
        let result = try Program.run(words, environment: variables)
        #expect(result.status == status, "\(result.errors)")
        if words.last != "cpu" {
          #expect((result.output + result.errors).contains("OpenCL cannot be used ("), "\(result.errors)")
        }
      }
      try FileManager.default.removeItem(at: file)
      #expect(FaultyOpenCL.build(into: folder, ["-DWITHOUT_FLUSH"]))
      let old = try Program.run(Self.prompt, environment: FaultyOpenCL.environment(variables))
      #expect(old.status == 1 && old.errors.contains("has no clFlush (OpenCL 1.2 is needed)"), "\(old.errors)")
    }
  }

  @Test("slurm writes its scripts on a machine without the device where it is told time and memory")
  func submission() throws {
    try Program.inTemporaryFolder { folder in
      let config = try SmallSweep.write(to: folder, trials: 1)
      let out = folder.appendingPathComponent("scripts").path
      let variables = FaultyOpenCL.environment(["OPENCL_FAULT": "clGetPlatformIDs:1:-1001"])
      let words = ["slurm", config, "--device", "opencl", "--out", out]
      let without = try Program.run(words, environment: variables)
      #expect(without.status == 1 && without.errors.contains("say --time and --mem"), "\(without.errors)")
      let given = try Program.run(words + ["--time", "30", "--mem", "4000"], environment: variables)
      #expect(given.status == 0, "\(given.errors)")
      let array = try String(contentsOfFile: out + "/array.sbatch", encoding: .utf8)
      #expect(array.contains("#SBATCH --gres=gpu:1\n") && array.contains("#SBATCH --mem=4000M\n"))
    }
  }

  @Test("a driver that gives no second context measures nothing and keeps nothing; the work goes on")
  func secondContext() throws {
    try Program.inTemporaryFolder { folder in
      let variables = ["SE_EVAL_SHAPES": "", "XDG_CACHE_HOME": folder.path]
      let refused = variables.merging(["OPENCL_FAULT": "clCreateContext:2:-6"]) { $1 }
      let result = try Program.run(Self.prompt, environment: FaultyOpenCL.environment(refused))
      #expect(result.status == 0, "\(result.errors)")
      #expect(!FileManager.default.fileExists(atPath: folder.appendingPathComponent("se-eval").path))
      let measured = try Program.run(Self.prompt, environment: FaultyOpenCL.environment(variables))
      #expect(measured.status == 0 && measured.output == result.output, "\(measured.errors)")
      let files = try FileManager.default.contentsOfDirectory(atPath: folder.appendingPathComponent("se-eval").path)
      #expect(files.count == 1 && files[0].hasPrefix("shapes-"))
    }
  }

  @Test("float16 needs no more of a work group's memory than float32")
  func localMemory() throws {
    let words = Self.prompt + ["--compute", "float16"]
    let wanted = try Program.run(words)
    let result = try Program.run(words, environment: FaultyOpenCL.environment(["OPENCL_INFO": "4131=36864"]))
    #expect(result.status == 0 && result.output == wanted.output && !wanted.output.isEmpty, "\(result.errors)")
  }

  @Test("a plan counts weights, keys and buffers of a device, and a sweep that cannot fit evaluates nothing")
  func memory() throws {
    try Program.inTemporaryFolder { folder in
      let config = try SmallSweep.write(to: folder, trials: 1)
      func plan(_ words: [String], _ variables: [String: String] = [:]) throws -> Program.Result {
        try Program.run(
          ["plan", config, "--device", "opencl"] + words, environment: FaultyOpenCL.environment(variables))
      }
      func model(_ result: Program.Result) throws -> JSONValue {
        guard case .array(let models)? = JSONValue(json: result.output)?["models"] else { throw Absent() }
        return try #require(models.first)
      }
      let float32 = try model(plan(["--json"]))
      let float16 = try model(plan(["--json", "--compute", "float16"]))
      guard case .integer(let more)? = float16["buffer_bytes"],
        case .integer(let less)? = float32["buffer_bytes"]
      else {
        Issue.record("\(float16)")
        return
      }
      // At least the activations of a pass as halves.
      #expect(more >= less + 2 * 512 * 384)
      let enough = try plan([])
      #expect(enough.status == 0 && !(enough.output + enough.errors).contains("can be had"), "\(enough.output)")
      // Room for the weights alone: by the limit, and by what the device has.
      for (words, variables) in [(["--device-memory", "2"], [:]), ([], ["OPENCL_INFO": "4127=2097152"])] {
        let result = try plan(words, variables)
        let text = result.output + result.errors
        #expect(result.status == 0 && text.contains("weights need 1.88 MiB, keys and values of "), "\(text)")
        let database = folder.appendingPathComponent("none.sqlite").path
        let sweep = try Program.run(
          ["sweep", config, "--device", "opencl", "--db", database] + words,
          environment: FaultyOpenCL.environment(variables))
        #expect(sweep.status == 2 && sweep.errors.contains("2.00 MiB can be had"), "\(sweep.errors)")
      }
    }
  }
}

private struct Absent: Error {}

/// The faulty library, built once.
enum FaultyOpenCL {
  /// The library that the program would open.
  private static let real: String? = {
    guard unsafe dlopen("libOpenCL.so.1", RTLD_NOW | RTLD_LOCAL) != nil,
      let maps = unsafe fopen("/proc/self/maps", "r")
    else { return nil }
    defer { unsafe fclose(maps) }
    // Line by line: the file has no size, and changes while it is read.
    var bytes = [CChar](repeating: 0, count: 8192)
    while unsafe fgets(&bytes, Int32(bytes.count), maps) != nil {
      let line = String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      if line.contains("libOpenCL.so") { return line.split(whereSeparator: \.isWhitespace).last.map(String.init) }
    }
    return nil
  }()

  private static let folder: URL? = {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("se-eval-faulty-\(UUID().uuidString)")
    try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return build(into: folder, []) ? folder : nil
  }()

  /// The first device's name; nil where there is no device.
  private static let device: String? = {
    guard let result = try? Program.run(["devices", "--json"]),
      case .array(let devices)? = JSONValue(json: result.output)?["opencl"],
      case .string(let name)? = devices.first(where: { $0["device"] == .string("opencl:0") })?["name"]
    else { return nil }
    return name
  }()

  static let isThere = real != nil && device != nil && folder != nil
  static let name = device ?? ""

  /// Compiles it; false where there is no compiler.
  static func build(into folder: URL, _ options: [String]) -> Bool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments =
      ["clang", "-shared", "-fPIC", "-o", folder.appendingPathComponent("libOpenCL.so.1").path] + options
      + [Program.root.appendingPathComponent("Scripts/ci/faulty_opencl.c").path, "-ldl"]
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }

  /// Variables under which the program opens it; `more` wins.
  static func environment(_ more: [String: String]) -> [String: String] {
    let own = ProcessInfo.processInfo.environment["LD_LIBRARY_PATH"].map { ":\($0)" } ?? ""
    // A fault is one of the work, not of a measurement that goes on without.
    return [
      "LD_LIBRARY_PATH": "\(folder?.path ?? "")\(own)", "REAL_OPENCL": real ?? "", "SE_EVAL_SHAPES": "standard",
    ].merging(more) { $1 }
  }

  /// The numbers of calls that it wrote.
  static func counts(_ path: String) throws -> [String: Int] {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let pairs = text.split(separator: "\n").map { $0.split(separator: " ") }
    return Dictionary(uniqueKeysWithValues: pairs.compactMap { pair in Int(pair[1]).map { (String(pair[0]), $0) } })
  }
}
