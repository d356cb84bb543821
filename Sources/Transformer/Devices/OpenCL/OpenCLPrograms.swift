import Kernels
import OpenCL
import Synchronization

/// The kernels of a device, each compiled when it is first asked for; drivers keep what they compiled between runs.
final class OpenCLPrograms: Sendable {
  /// What a kernel is compiled from, and for what.
  enum Source: Hashable, Sendable {
    /// Norms, rotation, activations, cache, probabilities.
    case elements
    /// Embeddings of one stored type.
    case embedding(WeightType)
    /// Products with weights of one stored type, in groups of one shape.
    case products(WeightType, ProductShape)
    /// Products of halves, with weights of one stored type.
    case halves(WeightType)
    /// Attention of one head dimension and type of cache.
    case attention(headDimension: Int, type: KeyValueType)
    /// The same by matrix instructions, over a cache of halves.
    case matrixAttention(headDimension: Int)
    /// Whether the matrix instructions compile.
    case matrix

    var options: String {
      switch self {
      case .elements, .matrix: ""
      case .embedding(let type), .halves(let type): Self.option(type)
      case .products(let type, let shape): "\(Self.option(type)) \(shape.options)"
      case .attention(let headDimension, let type): "-D HEAD_DIM=\(headDimension) -D HALF=\(type == .float16 ? 1 : 0)"
      case .matrixAttention(let headDimension): "-D HEAD_DIM=\(headDimension) -D HALF=1"
      }
    }

    private static func option(_ type: WeightType) -> String {
      "-D TYPE=\(WeightType.allCases.firstIndex(of: type) ?? 0)"
    }

    /// Whether the form of the matrix instructions matters.
    var usesMatrix: Bool {
      switch self {
      case .elements, .embedding, .products, .attention: false
      case .halves, .matrixAttention, .matrix: true
      }
    }

    var text: [UInt8] {
      switch self {
      case .elements: PackageResources.common_cl + PackageResources.elements_cl
      case .embedding: Self.weights + PackageResources.embedding_cl
      case .products(_, .vector): Self.weights + PackageResources.vectors_cl
      case .products(_, .tile): Self.weights + PackageResources.tiles_cl
      case .halves: Self.weights + PackageResources.matrix_cl + PackageResources.halves_cl
      case .attention:
        PackageResources.common_cl + PackageResources.ranges_cl
          + Self.blocks([.many, .few], PackageResources.attention_cl)
      case .matrixAttention:
        PackageResources.common_cl + PackageResources.ranges_cl + PackageResources.matrix_cl
          + Self.blocks([.matrixMany, .matrixFew], PackageResources.attention_matrix_cl)
      case .matrix: PackageResources.matrix_cl + Array(Self.matrixTrial.utf8)
      }
    }

    private static let weights = PackageResources.common_cl + PackageResources.weights_cl

    /// Each of the instructions once.
    private static let matrixTrial = """
      __kernel void matrix_trial(__global const uint4 *from, __global float *into) {
        LANES_MEMORY(32)
        __local uint4 rows[32];
        float c[4] = {0, 0, 0, 0};
        uint b[4];
        FETCH(rows + get_local_id(0), from + get_local_id(0));
        FETCHED();
        WAIT_UNTIL_UNDER_WAY(0);
        barrier(CLK_LOCAL_MEM_FENCE);
        TRANSPOSED(b, rows + get_local_id(0));
        STEP(c, b[0], b[1], b[2], b[3], b[0], pair_of_halves(1.0f, 2.0f));
        into[get_local_id(0)] = c[0] + FROM_LANE(c[1], 1);
      }

      """

    /// A kernel's text once for each shape of a work group.
    private static func blocks(_ blocks: [AttentionBlock], _ text: [UInt8]) -> [UInt8] {
      blocks.flatMap { block in
        let head =
          "#define ROWS \(block.rows)\n#define ITEMS \(block.items)\n#define ATTEND \(block.kernel)\n"
          + "#define BRING_ROWS \(block.kernel)_rows\n"
        return Array(head.utf8) + text + Array("\n#undef ROWS\n#undef ITEMS\n#undef ATTEND\n#undef BRING_ROWS\n".utf8)
      }
    }
  }

  /// How matrix instructions are written: the value of TENSOR in matrix.cl.
  enum MatrixForm: Int, Sendable {
    /// Not at all: products one by one.
    case none = 0
    /// As NVIDIA's PTX.
    case nvidia = 1
    /// Each by its definition, on any device; slow, for tests.
    case emulated = 2
  }

  /// The shapes of a work group of attention.
  struct AttentionBlock: Sendable {
    let kernel: String
    /// Query rows: tokens times the heads that share keys.
    let rows: Int
    let items: Int

    static let many = AttentionBlock(kernel: "attend_many", rows: 32, items: 128)
    static let few = AttentionBlock(kernel: "attend_few", rows: 4, items: 64)
    static let matrixMany = AttentionBlock(kernel: "attend_matrix_many", rows: 64, items: 128)
    static let matrixFew = AttentionBlock(kernel: "attend_matrix_few", rows: 16, items: 32)
  }

  private struct Compiled {
    var programs: [Source: OpenCLProgram] = [:]
    var kernels: [String: OpenCLKernel] = [:]
  }
  let queue: OpenCLQueue
  private let compiled = Mutex(Compiled())
  private let form: Mutex<MatrixForm?>
  /// NVIDIA's cards from this compute capability on have all of the instructions.
  private static let capability = 80
  /// What a work group of `half_many` shares with matrix instructions; without them it is a third.
  private static let matrixLocalByteCount = 48 << 10

  /// Nothing is compiled yet; `form` nil: what the device has.
  init(_ queue: OpenCLQueue, form: MatrixForm? = nil) {
    self.queue = queue
    self.form = Mutex(form)
  }

  /// How matrix instructions are written here, found out once.
  var matrixForm: MatrixForm {
    form.withLock { form in
      if let form { return form }
      var found = MatrixForm.none
      if queue.device.nvidiaCapability ?? 0 >= Self.capability,
        queue.device.localByteCount >= Self.matrixLocalByteCount,
        (try? compile(.matrix, .nvidia)) != nil
      {
        found = .nvidia
      }
      form = found
      return found
    }
  }

  private func compile(_ source: Source, _ form: MatrixForm) throws(OpenCLError) -> OpenCLProgram {
    let tensor = source.usesMatrix ? " -D TENSOR=\(form.rawValue)" : ""
    // Registers want unrolled loops. A processor does not, and PoCL 3.1 computes wrong values from some of them.
    let text = queue.device.kind == .cpu ? Self.withoutUnrolling(source.text) : source.text
    return try OpenCLProgram(source: text, options: "-cl-std=CL1.2 \(source.options)\(tensor)", queue)
  }

  private static func withoutUnrolling(_ text: [UInt8]) -> [UInt8] {
    let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    return Array(lines.filter { !$0.starts(with: "#pragma unroll".utf8) }.joined(separator: [UInt8(ascii: "\n")]))
  }

  func kernel(_ name: String, _ source: Source) throws(OpenCLError) -> OpenCLKernel {
    let form = source.usesMatrix ? matrixForm : .none
    let result = compiled.withLock { compiled in
      Result { () throws(OpenCLError) -> OpenCLKernel in
        let key = "\(name) \(source.options)"
        if let kernel = compiled.kernels[key] { return kernel }
        let program: OpenCLProgram
        if let known = compiled.programs[source] {
          program = known
        } else {
          program = try compile(source, form)
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
