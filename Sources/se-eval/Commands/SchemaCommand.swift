import JSON
import Store
import Text

/// `schema`: a store's tables and views with their meaning.
enum SchemaCommand {
  private static let relation = Positional(
    name: "TABLE", help: "only this table or view, for example v_samples", isRequired: false)

  static let command = Command(
    name: "schema", summary: "Print the tables and views of a store with their meaning",
    details: [
      "A store is an SQLite file. Its views v_cells, v_samples and v_scores are stable; tables may change with the schema's\n"
        + "version. For example: sqlite3 -header -column Results/demo.sqlite 'select * from v_cells'"
    ],
    positionals: [relation]
  ) { arguments in
    var relations = SchemaGuide.relations
    if let name = arguments.positionals.first {
      relations = relations.filter { $0.name == name }
      guard !relations.isEmpty else {
        let names = SchemaGuide.relations.map(\.name)
        throw UsageError(
          "there is no table '\(name)', there are \(names.joined(separator: ", "))\(Suggestion.hint(for: name, among: names))"
        )
      }
    }
    Terminal.write(arguments.has(GlobalOptions.json) ? json(relations).written(.compact) + "\n" : text(relations))
    return .complete
  }

  private static func text(_ relations: [SchemaGuide.Relation]) -> String {
    "schema version \(SchemaGuide.version)\n"
      + relations.map { relation in
        "\n\(relation.isView ? "view" : "table") \(relation.name): \(relation.meaning)\n"
          + Help.rows(relation.columns.map { ($0.name, $0.meaning) })
      }.joined()
  }

  private static func json(_ relations: [SchemaGuide.Relation]) -> JSONValue {
    .object([
      "version": .integer(SchemaGuide.version),
      "relations": .array(
        relations.map { relation in
          .object([
            "name": .string(relation.name), "kind": .string(relation.isView ? "view" : "table"),
            "meaning": .string(relation.meaning),
            "columns": .array(
              relation.columns.map { .object(["name": .string($0.name), "meaning": .string($0.meaning)]) }),
          ])
        }),
    ])
  }
}
