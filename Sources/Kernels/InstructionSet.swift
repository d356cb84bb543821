import CKernels
import Glibc

/// A set of kernels; all of them give the same bits.
public enum InstructionSet: Int32, Sendable, CaseIterable, CustomStringConvertible {
  case portable
  case avx2
  case avx512

  /// The name, as in `SE_EVAL_ISA`.
  public var description: String {
    switch self {
    case .portable: "portable"
    case .avx2: "avx2"
    case .avx512: "avx512"
    }
  }

  /// True where this machine has it.
  public var isAvailable: Bool { unsafe ckernels_table_for(rawValue) != nil }

  /// The best one of this machine, or the one that the environment variable `SE_EVAL_ISA` names.
  public static var best: InstructionSet {
    if let forced = unsafe getenv("SE_EVAL_ISA") {
      let name = unsafe String(cString: forced)
      if let set = allCases.first(where: { $0.description == name }), set.isAvailable { return set }
    }
    return allCases.last { $0.isAvailable } ?? .portable
  }
}
