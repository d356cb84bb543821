import CKernels
import COpenBLAS

extension Workers {
  /// Name of the kernels that OpenBLAS chose for this processor; part of the identity of results made with it.
  public static var blasCoreName: String {
    guard let name = unsafe openblas_get_corename() else { return "unknown" }
    return unsafe String(cString: name)
  }

  /// y (+)= x W^T by OpenBLAS in panels of 256 weight rows unpacked to float32; one BLAS thread.
  func multiplyWithOpenBLAS(_ x: UnsafePointer<Float>, _ xStride: Int, _ rows: Int, _ product: Product) {
    // Its own threads would fight with ours, and change the bits.
    openblas_set_num_threads(1)
    let weights = product.weights
    let columns = weights.columns
    let panelRows = 256
    var panel = [Float](repeating: 0, count: min(panelRows, weights.rows) * columns)
    unsafe panel.withUnsafeMutableBufferPointer { panel in
      guard let start = panel.baseAddress else { return }
      for first in stride(from: 0, to: weights.rows, by: panelRows) {
        let count = min(panelRows, weights.rows - first)
        for row in 0..<count {
          unsafe ckernels_dequantize(
            instructionSet.code, weights.type.code, weights.base + (first + row) * weights.rowByteCount, 0,
            Int64(columns), start + row * columns)
        }
        unsafe cblas_sgemm(
          CblasRowMajor, CblasNoTrans, CblasTrans, blasint(rows), blasint(count), blasint(columns), 1, x,
          blasint(xStride), start, blasint(columns), product.adding ? 1 : 0,
          product.into.base + product.offset + first, blasint(product.stride))
      }
    }
    guard let bias = product.bias else { return }
    for row in 0..<rows {
      let y = unsafe product.into.base + product.offset + row * product.stride
      for output in 0..<weights.rows { unsafe y[output] += bias.base[output] }
    }
  }
}
