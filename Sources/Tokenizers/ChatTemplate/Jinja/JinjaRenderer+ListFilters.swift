/// The filters of lists, maps and numbers.
extension JinjaRenderer {
  // MARK: Lists

  func listFilter(_ name: String, _ value: JinjaValue, _ given: JinjaGiven) throws(ChatTemplateError) -> JinjaValue {
    switch name {
    case "first":
      _ = try bind(given, [], name)
      if case .generator(let generator) = value { return try generator.pull(self) ?? .undefined("there is no item") }
      return try elements(of: value).first ?? .undefined("there is no item")
    case "last":
      _ = try bind(given, [], name)
      if case .generator = value { throw failure("'last' of a value of type generator") }
      return try elements(of: value).last ?? .undefined("there is no item")
    case "list":
      _ = try bind(given, [], name)
      return .list(try items(elements(of: value)))
    case "join":
      let values = try bind(given, ["d", "attribute"], name)
      var parts = try elements(of: value)
      if let attribute = try notNone(values[1]) { parts = try all(parts, attribute) }
      return .text(try joined(parts, text(of: values[0] ?? .text(JinjaText()))))
    case "items":
      _ = try bind(given, [], name)
      return try pairs(value)
    case "attr":
      let member = try neededText(bind(given, ["name"], required: 1, name)[0], name)
      if case .undefined(let reason) = value { throw failure(reason) }
      return try self.member(member.string, of: value) ?? .undefined("there is no attribute '\(member.string)'")
    case "dictsort": return try dictsort(value, given)
    case "sort", "unique", "min", "max", "groupby": return try orderingFilter(name, value, given)
    case "reverse":
      _ = try bind(given, [], name)
      return try reversed(value)
    default: return try partingFilter(name, value, given)
    }
  }

  private func pairs(_ value: JinjaValue) throws(ChatTemplateError) -> JinjaValue {
    switch value {
    case .undefined: return generator([], [])
    case .dictionary(let dictionary): return generator(dictionary.pairs, dictionary.pairs)
    default:
      // What is no map is an error only where the pairs are asked for.
      return .generator(
        JinjaGenerator(depth: 1) { (renderer) throws(ChatTemplateError) in
          throw renderer.failure("'items' of a value of type \(value.typeName)")
        })
    }
  }

  private func generator(_ sources: [JinjaValue], _ elements: [JinjaValue]) -> JinjaValue {
    .generator(JinjaGenerator(depth: JinjaItems(sources).depth) { _ in elements })
  }

  private func reversed(_ value: JinjaValue) throws(ChatTemplateError) -> JinjaValue {
    switch value {
    case .text(let text):
      try make(text.count)
      return .text(JinjaText(units: text.units.reversed(), isMarkup: text.isMarkup))
    case .generator: return .list(try items(elements(of: value).reversed()))
    default:
      let elements: [JinjaValue] = try elements(of: value).reversed()
      return generator(elements, elements)
    }
  }

  /// `batch` and `slice`.
  private func partingFilter(
    _ name: String, _ value: JinjaValue, _ given: JinjaGiven
  ) throws(ChatTemplateError) -> JinjaValue {
    let values = try bind(given, [name == "batch" ? "linecount" : "slices", "fill_with"], required: 1, name)
    let number = try whole(values[0], 1, name)
    let fill = try notNone(values[1])
    let all = try elements(of: value)
    guard 1...limits.range ~= number else { throw failure("'\(name)' needs a number from 1") }
    try step(number)
    var parts: [[JinjaValue]] = []
    if name == "batch" {
      parts = stride(from: 0, to: all.count, by: number).map { Array(all[$0..<min($0 + number, all.count)]) }
      if let fill, let last = parts.last {
        parts[parts.count - 1] += Array(repeating: fill, count: number - last.count)
      }
    } else {
      var start = 0
      for index in 0..<number {
        let length = all.count / number + (index < all.count % number ? 1 : 0)
        var part = Array(all[start..<start + length])
        if let fill, index >= all.count % number { part.append(fill) }
        parts.append(part)
        start += length
      }
    }
    var lists: [JinjaValue] = []
    for part in parts { lists.append(.list(try items(part))) }
    return generator(lists, lists)
  }

  // MARK: Order

  /// A text without case, anything else as it is.
  private func withoutCase(_ value: JinjaValue) throws(ChatTemplateError) -> JinjaValue {
    guard case .text(let text) = value else { return value }
    try make(3 * text.count)
    return .text(text.lowercased)
  }

  private func dictsort(_ value: JinjaValue, _ given: JinjaGiven) throws(ChatTemplateError) -> JinjaValue {
    let values = try bind(given, ["case_sensitive", "by", "reverse"], "dictsort")
    if case .undefined(let reason) = value { throw failure(reason) }
    guard case .dictionary(let dictionary) = value else {
      throw failure("'dictsort' of a value of type \(value.typeName)")
    }
    let by = try values[1].map { (by) throws(ChatTemplateError) in try neededText(by, "dictsort").string } ?? "key"
    guard by == "key" || by == "value" else { throw failure("'dictsort' by something other than key and value") }
    var keyed: [(key: JinjaValue, value: JinjaValue)] = []
    for (place, pair) in dictionary.pairs.enumerated() {
      let key = by == "key" ? dictionary.keys[place] : dictionary.values[place]
      keyed.append((values[0]?.isTrue ?? false ? key : try withoutCase(key), pair))
    }
    return .list(try items(sorted(keyed, isReversed: values[2]?.isTrue ?? false)))
  }

  private func orderingFilter(
    _ name: String, _ value: JinjaValue, _ given: JinjaGiven
  ) throws(ChatTemplateError) -> JinjaValue {
    var parameters = ["case_sensitive", "attribute"]
    if name == "sort" { parameters.insert("reverse", at: 0) }
    if name == "groupby" { parameters = ["attribute", "default", "case_sensitive"] }
    let values = try bind(given, parameters, required: name == "groupby" ? 1 : 0, name)
    func named(_ parameter: String) throws(ChatTemplateError) -> JinjaValue? {
      guard let place = parameters.firstIndex(of: parameter) else { return nil }
      return try notNone(values[place])
    }
    let isSensitive = try named("case_sensitive")?.isTrue ?? false
    let attribute = try named("attribute")
    if name == "sort", case .text(let text)? = attribute, text.units.contains(44) {
      throw unsupported("'sort' by several attributes")
    }
    var keyed: [(key: JinjaValue, value: JinjaValue)] = []
    for element in try elements(of: value) {
      let key =
        try attribute.map { (path) throws(ChatTemplateError) in
          try attributed(element, path, absent: try named("default"))
        } ?? element
      keyed.append((isSensitive ? key : try withoutCase(key), element))
    }
    switch name {
    case "sort": return .list(try items(sorted(keyed, isReversed: try named("reverse")?.isTrue ?? false)))
    case "unique":
      var seen: Set<JinjaKey> = []
      var unique: [JinjaValue] = []
      for (key, element) in keyed {
        if seen.insert(try self.key(key)).inserted { unique.append(element) }
      }
      return generator(unique, unique)
    case "groupby": return try grouped(keyed, attribute ?? .none, named("default"))
    default: return try extreme(keyed, isLargest: name == "max")
    }
  }

  private func extreme(
    _ keyed: [(key: JinjaValue, value: JinjaValue)], isLargest: Bool
  ) throws(ChatTemplateError) -> JinjaValue {
    guard var best = keyed.first else { return .undefined("there is no item") }
    for pair in keyed.dropFirst() {
      if try isLargest ? isLess(best.key, pair.key) : isLess(pair.key, best.key) { best = pair }
    }
    return best.value
  }

  private func grouped(
    _ keyed: [(key: JinjaValue, value: JinjaValue)], _ attribute: JinjaValue, _ absent: JinjaValue?
  ) throws(ChatTemplateError) -> JinjaValue {
    var groups: [(key: JinjaValue, elements: [JinjaValue])] = []
    for (key, element) in try sorted(keyed.map { ($0.key, $0) }, isReversed: false) {
      if let last = groups.last, try areEqual(last.key, key) {
        groups[groups.count - 1].elements.append(element)
      } else {
        groups.append((key, [element]))
      }
    }
    var tuples: [JinjaValue] = []
    for group in groups {
      let name = try attributed(group.elements[0], attribute, absent: absent)
      tuples.append(.tuple(try items([name, .list(items(group.elements))])))
    }
    return .list(try items(tuples))
  }

  /// Values in the order of their keys; equal ones stay in their order.
  func sorted<Value>(
    _ pairs: [(key: JinjaValue, value: Value)], isReversed: Bool
  ) throws(ChatTemplateError) -> [Value] {
    func merged(_ range: Range<Int>) throws(ChatTemplateError) -> [(key: JinjaValue, value: Value)] {
      guard range.count > 1 else { return Array(pairs[range]) }
      let middle = range.lowerBound + range.count / 2
      let left = try merged(range.lowerBound..<middle)
      let right = try merged(middle..<range.upperBound)
      var result: [(key: JinjaValue, value: Value)] = []
      var (first, second) = (0, 0)
      while first < left.count, second < right.count {
        let (a, b) = (left[first].key, right[second].key)
        if try isReversed ? isLess(a, b) : isLess(b, a) {
          result.append(right[second])
          second += 1
        } else {
          result.append(left[first])
          first += 1
        }
      }
      return result + left[first...] + right[second...]
    }
    return try merged(pairs.indices).map(\.value)
  }

  // MARK: Choosing

  /// The element or attribute that a dotted path names; `absent` where it is undefined.
  private func attributed(
    _ value: JinjaValue, _ path: JinjaValue, absent: JinjaValue? = nil
  ) throws(ChatTemplateError) -> JinjaValue {
    var parts = [path]
    if case .text(let text) = path {
      parts = text.split(".").map { part in
        part.all { (48...57).contains($0.value) } ? Int(part.string).map { .integer($0) } ?? .text(part) : .text(part)
      }
    }
    var result = value
    for part in parts {
      result = try item(part, of: result)
      if let absent, result.isUndefined { result = absent }
    }
    return result
  }

  private func all(
    _ values: [JinjaValue], _ path: JinjaValue, absent: JinjaValue? = nil
  ) throws(ChatTemplateError) -> [JinjaValue] {
    var results: [JinjaValue] = []
    for value in values { results.append(try attributed(value, path, absent: absent)) }
    return results
  }

  /// `map`, `select`, `reject`, `selectattr` and `rejectattr`: what they give is made when it is asked for.
  func choosingFilter(
    _ name: String, _ value: JinjaValue, _ given: JinjaGiven
  ) throws(ChatTemplateError) -> JinjaValue {
    let depth = value.depth + 1
    try check(depth)
    return .generator(
      JinjaGenerator(depth: depth) { (renderer) throws(ChatTemplateError) in
        guard value.isTrue else { return [] }
        return try renderer.nested { () throws(ChatTemplateError) in
          let elements = try renderer.elements(of: value)
          return name == "map" ? try renderer.mapped(elements, given) : try renderer.chosen(name, elements, given)
        }
      })
  }

  private func mapped(_ elements: [JinjaValue], _ given: JinjaGiven) throws(ChatTemplateError) -> [JinjaValue] {
    if given.positional.isEmpty, given.keywords.contains(where: { $0.name == "attribute" }) {
      let values = try bind(given, ["attribute", "default"], "map")
      return try all(elements, values[0] ?? .none, absent: notNone(values[1]))
    }
    guard case .text(let name)? = given.positional.first else { throw failure("'map' needs a filter or an attribute") }
    let rest = JinjaGiven(positional: Array(given.positional.dropFirst()), keywords: given.keywords)
    var results: [JinjaValue] = []
    for element in elements { results.append(try filter(name.string, element, rest)) }
    return results
  }

  private func chosen(
    _ name: String, _ elements: [JinjaValue], _ given: JinjaGiven
  ) throws(ChatTemplateError) -> [JinjaValue] {
    var arguments = given.positional[...]
    let attribute = name.hasSuffix("attr") ? arguments.popFirst() : nil
    if name.hasSuffix("attr"), attribute == nil { throw failure("'\(name)' needs an attribute") }
    let test = arguments.popFirst()
    let rest = JinjaGiven(positional: Array(arguments), keywords: given.keywords)
    var results: [JinjaValue] = []
    for element in elements {
      let value = try attribute.map { (path) throws(ChatTemplateError) in try attributed(element, path) } ?? element
      let passes: Bool
      if let test {
        passes = try self.test(neededText(test, name).string, value, rest)
      } else {
        passes = value.isTrue
      }
      if passes != name.hasPrefix("reject") { results.append(element) }
    }
    return results
  }

  // MARK: Numbers

  func numberFilter(
    _ name: String, _ value: JinjaValue, _ given: JinjaGiven
  ) throws(ChatTemplateError) -> JinjaValue {
    if case .undefined(let reason) = value, name != "sum" { throw failure(reason) }
    switch name {
    case "int":
      let values = try bind(given, ["default", "base"], name)
      guard try whole(values[1], 10, name) == 10 else { throw unsupported("'int' with a base") }
      return try integer(value) ?? values[0] ?? .integer(0)
    case "float":
      let absent = try bind(given, ["default"], name)[0]
      if let number = value.real { return .number(number) }
      if case .text(let text) = value, let number = JinjaNumber(text) { return .number(number.value) }
      return absent ?? .number(0)
    case "abs":
      _ = try bind(given, [], name)
      guard let real = value.real else { throw failure("'abs' of a value of type \(value.typeName)") }
      return real < 0 ? try negated(value) : value.wholeNumber.map { .integer($0) } ?? .number(real.magnitude)
    case "round": return try rounded(value, given)
    default:
      let values = try bind(given, ["attribute", "start"], name)
      var parts = try elements(of: value)
      if let attribute = try notNone(values[0]) { parts = try all(parts, attribute) }
      var sum = values[1] ?? .integer(0)
      if case .text = sum { throw failure("'sum' of texts") }
      for part in parts { sum = try apply(.add, sum, part) }
      return sum
    }
  }

  private func integer(_ value: JinjaValue) throws(ChatTemplateError) -> JinjaValue? {
    if let number = value.wholeNumber { return .integer(number) }
    var real = value.real
    if case .text(let text) = value {
      real = JinjaNumber(text)?.value
    } else if let real, real.isInfinite {
      // Of a text it is the default, of a number Python's OverflowError.
      throw failure("an infinite number is no whole one")
    }
    if case .text(let text) = value, let number = JinjaNumber(text), number.isWhole {
      guard let whole = number.whole else { throw unsupported("a whole number that does not fit 64 bits") }
      return .integer(whole)
    }
    guard let real, real.isFinite else { return nil }
    guard let number = Int(exactly: real.rounded(.towardZero)) else {
      throw unsupported("a whole number that does not fit 64 bits")
    }
    return .integer(number)
  }

  private func rounded(_ value: JinjaValue, _ given: JinjaGiven) throws(ChatTemplateError) -> JinjaValue {
    let values = try bind(given, ["precision", "method"], "round")
    let method = try values[1].map { (method) throws(ChatTemplateError) in try neededText(method, "round").string }
    guard try whole(values[0], 0, "round") == 0 else { throw unsupported("'round' to a precision") }
    guard let number = value.real else { throw failure("'round' of a value of type \(value.typeName)") }
    switch method {
    case nil, "common":
      return value.wholeNumber.map { .integer($0) } ?? .number(number.rounded(.toNearestOrEven))
    case "ceil", "floor":
      guard number.isFinite else { throw failure("'round' by '\(method ?? "")' of \(number)") }
      return .number(number.rounded(method == "ceil" ? .up : .down))
    default: throw failure("'round' by an unknown method")
    }
  }
}
