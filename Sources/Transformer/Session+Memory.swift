extension Session {
  /// Bytes below which the system is not asked what it has.
  private static let smallByteCount = 64 << 20

  /// Takes the memory of the keys and values of a sequence before they are computed, so that storing them cannot fail.
  ///
  /// - Parameter count: the tokens that the sequence will have.
  /// - Throws: `TransformerError.noMemory`; the cached tokens stay.
  func reserveMemory(for count: Int) throws(TransformerError) {
    guard count > reservedCount else { return }
    let perToken = ModelDescription(model.hyperparameters)
      .cacheByteCount(perTokenUnder: method, type: options.keyValueType, on: device)
    // What a longer sequence held is there for this one.
    let held = max(tokens.count, caches.map(\.heldPositionCount).min() ?? 0)
    let (bytes, overflow) = (count - min(count, held)).multipliedReportingOverflow(by: perToken)
    let needed = overflow ? Int.max : bytes
    let available = needed > Self.smallByteCount ? device.availableByteCount : 0
    let isThere = !overflow && (available == 0 || needed <= available)
    guard isThere, caches.allSatisfy({ $0.reserve(count) }), keyRotations.allSatisfy({ $0?.reserve(count) ?? true })
    else {
      for cache in caches { cache.releaseBeyond(tokens.count) }
      reservedCount = tokens.count
      throw .noMemory(tokenCount: count, byteCount: needed, availableByteCount: device.availableByteCount)
    }
    reservedCount = count
  }
}
