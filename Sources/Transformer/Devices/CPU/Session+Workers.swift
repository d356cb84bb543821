public import Kernels
public import Positions

extension Session {
  /// An empty sequence on the processor.
  ///
  /// - Parameters:
  ///   - model: a model that was loaded for the processor; shared with other sessions.
  ///   - method: how positions and the mask are treated.
  ///   - workers: the threads and kernels that compute.
  ///   - options: types and chunking.
  public convenience init(
    model: Model, method: Method, workers: Workers, options: SessionOptions = SessionOptions()
  ) {
    self.init(model: model, method: method, device: CPUDevice(workers), options: options)
  }
}
