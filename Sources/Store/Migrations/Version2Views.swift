extension Schema {
  /// Views for people and for other programs, for example `pandas.read_sql("select * from v_samples", ...)`.
  ///
  /// Their columns are stable: a later schema changes what lies behind them. `G` and `W` are the group size and the
  /// neighbor window where the method has them, `length` and `depth` the coordinates of these names.
  static let version2Views = views(withEntries: false)

  /// The views; the fourth schema's have the task's entry behind all other columns.
  static func views(withEntries: Bool) -> String {
    let entry = withEntries ? ",\n        \(entry)" : ""
    return """
      -- One row for each cell: what it is, how many samples it must have, has, and could not evaluate.
      CREATE VIEW v_cells AS SELECT c.id AS cell, \(place), json_extract(c.record, '$.protocolName') AS protocol,
          json_extract(c.record, '$.sampleCount') AS samples,
          (SELECT count(*) FROM results r WHERE r.cell = c.id AND r.current = 1) AS done,
          (SELECT count(*) FROM failures f WHERE f.cell = c.id) AS failed,
          (SELECT max(run) FROM run_cells p WHERE p.cell = c.id) AS last_run\(entry)
        FROM cells c;

      -- One row for each sample of each cell: its current result.
      CREATE VIEW v_samples AS SELECT c.id AS cell, \(place), r.sample_id, s.protocol,
          e.prompt_token_count AS prompt_tokens, s.truncated_token_count AS truncated_tokens,
          coalesce(s.answer, e.output) AS output, s.expected, s.facts, e.finish_reason,
          (SELECT metric FROM scores v WHERE v.scoring = s.id ORDER BY ordinal LIMIT 1) AS metric,
          (SELECT value FROM scores v WHERE v.scoring = s.id ORDER BY ordinal LIMIT 1) AS value,
          e.duration_seconds AS seconds, e.computed_token_count AS computed_tokens, e.recorded_at, r.run,
          coalesce(e.identity, e.legacy_identity) AS identity, e.id AS evaluation, s.id AS scoring, e.prompt\(entry)
        FROM results r JOIN cells c ON c.id = r.cell JOIN evaluations e ON e.id = r.evaluation
          JOIN scorings s ON s.id = r.scoring
        WHERE r.current = 1;

      -- One row for each metric of each sample of each cell; `value` is NULL where `unscored` says why.
      CREATE VIEW v_scores AS SELECT c.id AS cell, \(place), r.sample_id, v.metric, v.value, v.unscored, v.ordinal,
          v.scoring\(entry)
        FROM results r JOIN cells c ON c.id = r.cell JOIN scores v ON v.scoring = r.scoring
        WHERE r.current = 1;
      """
  }

  /// The columns that say where a cell stands.
  private static let place = """
    c.model, c.method, \(parameter("G")), \(parameter("W")), c.task,
        \(coordinate("length", "INTEGER")), \(coordinate("depth", "REAL")), c.coordinates
    """

  /// The name that the entry of the task gives itself, else the task's; and the settings, which tell two of one task apart.
  private static let entry = """
    coalesce(CASE WHEN json_valid(json_extract(c.record, '$.settings'))
          THEN json_extract(json_extract(c.record, '$.settings'), '$.name') END, c.task) AS entry,
        json_extract(c.record, '$.settings') AS settings
    """

  /// A parameter of a method's spelling, for example 8 for G in `self-extend:G=8,W=512`; NULL where it has none.
  private static func parameter(_ name: String) -> String {
    let found = "instr(replace(c.method, ':', ','), ',\(name)=')"
    return "CASE WHEN \(found) > 0 THEN CAST(substr(c.method, \(found) + 3) AS INTEGER) END AS \(name)"
  }

  /// A coordinate of a cell, for example 4096 for length in `length=4096,depth=0.5`; NULL where it has none.
  private static func coordinate(_ name: String, _ type: String) -> String {
    let found = "instr(',' || c.coordinates, ',\(name)=')"
    let start = name.count + 1
    return "CASE WHEN \(found) > 0 THEN CAST(substr(c.coordinates, \(found) + \(start)) AS \(type)) END AS \(name)"
  }
}
