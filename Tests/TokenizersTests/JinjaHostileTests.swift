import TestSupport
import Testing
import Tokenizers

/// Templates that are made to harm: they end with an error that says why, soon and without much memory.
@Suite struct JinjaHostileTests {
  private func error(
    _ source: String, messages: ChatMessages = ChatMessages([("user", "Hi")]),
    limits: ChatTemplateLimits = ChatTemplateLimits()
  ) -> ChatTemplateError? {
    do throws(ChatTemplateError) {
      _ = try ChatTemplate(source: source, limits: limits).render(messages)
      return nil
    } catch {
      return error
    }
  }

  private func isTooMuch(_ error: ChatTemplateError?, _ what: String) -> Bool {
    if case .tooMuch(_, what, _)? = error { return true }
    return false
  }

  private static let few: ChatTemplateLimits = {
    var limits = ChatTemplateLimits()
    limits.steps = 20_000
    limits.characters = 100_000
    return limits
  }()

  // MARK: Sources

  private static let nests: [(opening: String, inside: String, closing: String)] = [
    ("{{ (", "1", ") }}"), ("(", "1", ")"), ("[", "", "]"), ("{'a':", "1", "}"), ("not ", "1", ""), ("-", "1", ""),
    ("x[", "1", "]"), ("f(", "1", ")"), ("1 if ", "1", " else 2"), ("x|default(", "1", ")"), ("x is eq ", "1", ""),
    ("1+", "1", ""), ("x.", "y", ""), ("1 or ", "1", ""), ("a|", "trim", ""),
  ]

  @Test("brackets and operators inside one another are counted before the stack ends", arguments: nests)
  func expressionNesting(opening: String, inside: String, closing: String) {
    let source =
      "{{ " + String(repeating: opening, count: 20_000) + inside + String(repeating: closing, count: 20_000) + " }}"
    let error = error(source)
    let isSyntax = if case .syntax? = error { true } else { false }
    #expect(isTooMuch(error, "levels inside one another") || isSyntax, "\(String(describing: error))")
  }

  @Test(
    "blocks inside one another are counted before the stack ends",
    arguments: ["if 1", "for i in [1]", "filter upper", "set x", "macro f()", "with", "generation"])
  func blockNesting(tag: String) {
    #expect(isTooMuch(error(String(repeating: "{% \(tag) %}", count: 50_000)), "levels inside one another"))
  }

  @Test("a source of many megabytes is refused")
  func longSource() {
    #expect(isTooMuch(error(String(repeating: "a", count: 1 << 20) + "a"), "bytes"))
  }

  @Test("a template that is cut anywhere gives a text or an error, and never anything else")
  func truncation() {
    let source = """
      {%- macro turn(role, text='x') -%}<|{{ role }}|>{{ text | trim }}{%- endmacro -%}
      {# note #}{% set ns = namespace(n=0, l=[1, 2.5, 'a\\n']) %}{% raw %}{{ x }}{% endraw %}
      {% for m in messages if m.role is string and m['role'] != 'tool' %}{% if loop.first and not m.content %}
      {{ raise_exception("no") }}{% elif m.content is defined %}{{ turn(m.role, text=m.content[0:3]) ~ ns.n }}{% endif %}
      {% set ns.n = ns.n + 1 %}{% endfor %}{{ {'a': ns.n}|tojson(indent=2) if ns.l is not none else '' }}
      """
    #expect(error(source) == nil)
    var refused = 0
    for end in source.indices where error(String(source[..<end])) != nil { refused += 1 }
    #expect(refused > source.count / 2)
  }

  @Test("a template of changed characters gives a text or an error, and never anything else", arguments: 0..<8)
  func mutation(seed: Int) {
    let source = Array(
      "{% for m in messages %}{{ m['content'][1:].split(',')|map('trim')|join('-') ~ loop.index / 2 }}{% endfor %}"
        + "{% set a = namespace(b=[{'c': 1}]) %}{{ a.b[0].c // 1 is odd }}{{ '%s-%d' % ('x', 3) }}{{ '{:>4}'.format(1) }}"
    )
    let letters = Array("{}%#[]()'\"|.,:=+-*/~<>!ainotfr01 \n\\é😀")
    var random = SplitMix64(seed: UInt64(seed))
    for _ in 0..<150 {
      var changed = source
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: 0..<changed.count, using: &random)
        let letter = letters[Int.random(in: 0..<letters.count, using: &random)]
        switch Int.random(in: 0..<3, using: &random) {
        case 0: changed[place] = letter
        case 1: changed.insert(letter, at: place)
        default: changed.remove(at: place)
        }
      }
      if let error = error(String(changed), limits: Self.few) { #expect(!error.description.isEmpty) }
    }
  }

  // MARK: Work

  private static let endless: [(source: String, what: String)] = [
    ("{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}", "steps"),
    ("{% for a in range(99999) recursive %}{{ loop(range(99999)) }}{% endfor %}", "steps"),
    ("{% set l = range(9999)|list %}{% for a in l %}{% if a in l|reverse|list %}{% endif %}{% endfor %}", "steps"),
    ("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "levels inside one another"),
    ("{% macro f(g) %}{{ g(g) }}{% endmacro %}{{ f(f) }}", "levels inside one another"),
    ("{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}", "levels inside one another"),
    ("{% macro f() %}{% call f() %}{{ caller() }}{% endcall %}{% endmacro %}{{ f() }}", "levels inside one another"),
    ("{{ range(1000000000) }}", "numbers in a range"),
    (
      "{{ range(-9223372036854775807, 9223372036854775807) }}",
      "numbers in a range"
    ),
    ("{{ 'a' * 999999999 }}", "characters"), ("{{ 'ab' * 1000 * 1000 * 1000 }}", "characters"),
    ("{{ [0] * 999999999 }}", "steps"), ("{{ 'a'.center(999999999) }}", "characters"),
    ("{{ 'a'|indent(999999999) }}", "characters"), ("{{ [1]|tojson(indent=999999999) }}", "characters"),
    ("{{ ('a' * 9999).replace('', 'b' * 9999) }}", "characters"),
    ("{{ ('a' * 99)|list|join('b' * 9999) }}", "characters"),
    (
      "{% set n = namespace(s='ab') %}{% for i in range(99) %}{% set n.s = n.s + n.s %}{% endfor %}{{ n.s }}",
      "characters"
    ),
    (
      "{% set n = namespace(l=[]) %}{% for i in range(999) %}{% set n.l = [n.l] %}{% endfor %}{{ n.l }}",
      "levels of lists and maps"
    ),
    (
      "{% set n = namespace(l=[]) %}{% for i in range(999) %}{% set n.l = n.l|map('string') %}{% endfor %}",
      "levels of lists and maps"
    ),
    (
      "{% set n = namespace(l=[1,2]) %}{% for i in range(40) %}{% set n.l = [n.l, n.l] %}{% endfor %}{{ n.l }}",
      "steps"
    ),
    (
      "{% set n = namespace(l=[1,2]) %}{% for i in range(40) %}{% set n.l = [n.l, n.l] %}{% endfor %}"
        + "{{ n.l == [n.l[0], n.l[1]] }}", "steps"
    ),
    ("{% set b %}{% for i in range(999) %}{{ '0123456789' * 9 }}{% endfor %}{% endset %}{{ b ~ b ~ b }}", "characters"),
  ]

  @Test("work without end, output without bound and recursion are stopped", arguments: endless)
  func work(source: String, what: String) {
    let found = error(source, limits: Self.few)
    #expect(isTooMuch(found, what), "\(source): \(String(describing: found))")
  }

  @Test("values that hold themselves are let go")
  func circles() {
    let source =
      "{% set n = namespace() %}{% set n.n = n %}{% macro f() %}{{ n }}{% endmacro %}{% set n.f = f %}"
      + "{% for i in range(2000) %}{% set m = namespace(before=n.last) %}{% set n.last = m %}{% endfor %}done"
    #expect(error(source) == nil)
  }

  @Test(
    "numbers beyond 64 bits are refused",
    arguments: [
      "9223372036854775807 + 1", "-9223372036854775807 - 2", "9223372036854775807 * 2", "10 ** 99",
      "99999999999999999999", "1e300|int", "(-9223372036854775807 - 1) // -1", "-(-9223372036854775807 - 1)",
      "(-9223372036854775807 - 1)|abs", "'99999999999999999999'|int(7)", "' -9_999_999_999_999_999_999'|int",
    ])
  func numbers(expression: String) {
    let found = error("{{ \(expression) }}")
    #expect(found == .unsupported(line: 1, construct: "a whole number that does not fit 64 bits"))
  }

  @Test("a search that makes naive ones quadratic ends")
  func search() {
    let message = String(repeating: "a", count: 200_000)
    let source =
      "{% set c = messages[0].content %}{% set p = c[:100000] ~ 'b' %}{{ p in c }}{{ c.split(p)|length }}{{ c.find(p) }}"
    #expect(error(source, messages: ChatMessages([("user", message)])) == nil)
  }

  // MARK: Messages

  @Test(
    "messages that are no conversation are refused",
    arguments: ["", "{}", "[]", "[1]", "[{}]", #"[{"role": 1}]"#, "[{\"role\": \"user\"}", "nope", "[\"\u{0}\"]"])
  func messages(json: String) {
    #expect(throws: ChatTemplateError.self) { try ChatMessages(json: Array(json.utf8)) }
  }

  @Test("messages nested deeper than any are refused")
  func deepMessages() {
    let json = #"[{"role": "user", "content": "# + String(repeating: "[", count: 100_000)
    #expect(throws: ChatTemplateError.self) { try ChatMessages(json: Array(json.utf8)) }
  }
}
