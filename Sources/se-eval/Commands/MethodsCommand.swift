import Positions
import Text

/// `methods`: what there is to treat positions with.
enum MethodsCommand {
  private static let name = Positional(
    name: "NAME", help: "a method's name, for example self-extend; all where it is left out", isRequired: false)

  static let command = Command(
    name: "methods", summary: "List the methods that a configuration may name, with their parameters and limits",
    details: [
      "On the command line a method is NAME:PARAMETER=VALUE,...; in a configuration a mapping, with lists for a grid:\n"
        + "  - self-extend: {group: [4, 8], window: [512, 1024]}"
    ],
    positionals: [name]
  ) { arguments in
    let names = arguments.positionals.first.map { [$0] } ?? Method.names
    if let unknown = names.first(where: { !Method.names.contains($0) }) {
      let hint = Suggestion.hint(for: unknown, among: Method.names)
      throw UsageError("there is no method '\(unknown)', there are \(Method.names.joined(separator: ", "))\(hint)")
    }
    let pages = names.map(MethodPage.init)
    if arguments.has(GlobalOptions.json) {
      try Terminal.printJSON(pages)
    } else if names.count == 1 {
      Terminal.write(pages[0].text)
    } else {
      Terminal.write(Help.rows(pages.map { ($0.spelling, $0.summary) }))
    }
    return .complete
  }
}

/// What is printed of a method.
private struct MethodPage: Encodable {
  struct Parameter: Encodable {
    let name: String
    let longName: String
    let range: String
    let isRequired: Bool
    let standard: String?
  }

  let name: String
  let summary: String
  /// With the parameters that it cannot do without.
  let spelling: String
  let maximumLength: String
  let parameters: [Parameter]

  init(_ name: String) {
    self.name = name
    summary = Method.summary(of: name) ?? ""
    maximumLength = Method.limit(of: name) ?? ""
    let declared = Method.parameters(of: name)
    parameters = declared.map {
      Parameter(
        name: $0.name, longName: $0.longName, range: $0.range, isRequired: $0.isRequired, standard: $0.standard)
    }
    let required = declared.filter(\.isRequired).map { "\($0.name)=..." }
    spelling = required.isEmpty ? name : name + ":" + required.joined(separator: ",")
  }

  var text: String {
    let rows = parameters.map { parameter -> (String, String) in
      let label = parameter.name == parameter.longName ? parameter.name : "\(parameter.name), \(parameter.longName)"
      let rest =
        parameter.isRequired ? "required" : parameter.standard.map { "default \($0)" } ?? "may be left out"
      return (label, "\(parameter.range); \(rest)")
    }
    return "\(name): \(summary)\n\nmaximum length: \(maximumLength)\nspelling: \(spelling)\n"
      + Help.section("parameters (short and long name)", rows)
  }
}
