import Kernels
import OpenCL
import Synchronization

/// The kernels of a device, each compiled when it is first asked for; drivers keep what they compiled between runs.
final class OpenCLPrograms: Sendable {
  /// What a kernel is compiled from, and for what.
  enum Source: Hashable, Sendable {
    /// Norms, rotation, activations, cache, probabilities.
    case elements
    /// Products and embeddings of one stored type.
    case products(WeightType)
    /// Attention of one head dimension and type of cache.
    case attention(headDimension: Int, type: KeyValueType)

    var options: String {
      switch self {
      case .elements: ""
      case .products(let type): "-D TYPE=\(WeightType.allCases.firstIndex(of: type) ?? 0)"
      case .attention(let headDimension, let type): "-D HEAD_DIM=\(headDimension) -D HALF=\(type == .float16 ? 1 : 0)"
      }
    }

    var text: [UInt8] {
      switch self {
      case .elements: PackageResources.common_cl + PackageResources.elements_cl
      case .products: PackageResources.common_cl + PackageResources.products_cl
      case .attention:
        PackageResources.common_cl + Self.attention(.many) + Array("#undef ROWS\n#undef ITEMS\n#undef ATTEND\n".utf8)
          + Self.attention(.few)
      }
    }

    private static func attention(_ block: AttentionBlock) -> [UInt8] {
      let head = "#define ROWS \(block.rows)\n#define ITEMS \(block.items)\n#define ATTEND \(block.kernel)\n"
      return Array(head.utf8) + PackageResources.attention_cl
    }
  }

  /// The two shapes of a work group of attention.
  struct AttentionBlock: Sendable {
    let kernel: String
    /// Query rows: tokens times the heads that share keys.
    let rows: Int
    let items: Int

    static let many = AttentionBlock(kernel: "attend_many", rows: 32, items: 128)
    static let few = AttentionBlock(kernel: "attend_few", rows: 4, items: 64)
  }

  private struct Compiled {
    var programs: [Source: OpenCLProgram] = [:]
    var kernels: [String: OpenCLKernel] = [:]
  }
  private let queue: OpenCLQueue
  private let compiled = Mutex(Compiled())

  init(_ queue: OpenCLQueue) { self.queue = queue }

  func kernel(_ name: String, _ source: Source) throws(OpenCLError) -> OpenCLKernel {
    let result = compiled.withLock { compiled in
      Result { () throws(OpenCLError) -> OpenCLKernel in
        let key = "\(name) \(source.options)"
        if let kernel = compiled.kernels[key] { return kernel }
        let program: OpenCLProgram
        if let known = compiled.programs[source] {
          program = known
        } else {
          program = try OpenCLProgram(source: source.text, options: "-cl-std=CL1.2 \(source.options)", queue)
        }
        compiled.programs[source] = program
        let kernel = try program.kernel(name)
        compiled.kernels[key] = kernel
        return kernel
      }
    }
    return try result.get()
  }
}
