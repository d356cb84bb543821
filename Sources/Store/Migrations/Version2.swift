extension Schema {
  /// The second schema: what a model did (`evaluations`) apart from what is made of it (`scorings`).
  ///
  /// Rows of the first schema keep their identity as `legacy_identity`: it covered prompt tokens, protocol, accepted
  /// answers and facts in one hash, which cannot be taken apart without the tokens. A sweep that knows the tokens gives
  /// such a row its identity (`ResultStore.adopt`). Never edited: a change is a new migration. Run with foreign keys off,
  /// because tables are replaced.
  static let version2 = """
    CREATE TABLE evaluations_2 (
      id INTEGER PRIMARY KEY,
      identity TEXT,                        -- SHA-256 over all that the model's work depends on; NULL: schema 1's row
      legacy_identity TEXT,                 -- schema 1's identity, which covered the scoring too; NULL for newer rows
      prompt INTEGER NOT NULL REFERENCES prompts(id),
      first_tokens TEXT NOT NULL,           -- JSON array
      prompt_token_count INTEGER NOT NULL,
      finish_reason TEXT,                   -- eos, length, stop, choice
      choice_counts TEXT,                   -- JSON array: tokens of each choice; NULL: not choices, or schema 1's row
      duration_seconds REAL NOT NULL,
      computed_token_count INTEGER NOT NULL,
      recorded_at REAL NOT NULL,
      output TEXT,                          -- NULL: nothing was generated
      output_tokens TEXT,                   -- JSON array
      log_probabilities BLOB,               -- float32, little-endian, natural logarithm
      CHECK (identity IS NOT NULL OR legacy_identity IS NOT NULL)
    );

    -- What is made of an evaluation: accepted answers and facts of the sample, and who scored it how.
    CREATE TABLE scorings (
      id INTEGER PRIMARY KEY,
      evaluation INTEGER NOT NULL REFERENCES evaluations(id),
      identity TEXT,                        -- SHA-256 over protocol, scorer, accepted answers, facts; NULL: schema 1's row
      protocol TEXT NOT NULL,
      scorer_version TEXT NOT NULL,         -- empty: schema 1's row
      expected TEXT NOT NULL,               -- JSON array
      facts TEXT NOT NULL,                  -- JSON object
      truncated_token_count INTEGER NOT NULL,
      answer TEXT,                          -- what is shown as the output, where it is not the model's own text
      recorded_at REAL NOT NULL
    );

    -- The scores of a scoring, in the task's order: a value, or why there is none.
    CREATE TABLE scores_2 (
      scoring INTEGER NOT NULL REFERENCES scorings(id),
      ordinal INTEGER NOT NULL,
      metric TEXT NOT NULL,
      value REAL,
      unscored TEXT,
      PRIMARY KEY (scoring, ordinal),
      CHECK ((value IS NULL) <> (unscored IS NULL))
    ) WITHOUT ROWID;

    -- Which evaluation and scoring are a cell's result for a sample. Rows are never deleted: when either changes, the
    -- old row stays with current = 0.
    CREATE TABLE results_2 (
      id INTEGER PRIMARY KEY,
      cell INTEGER NOT NULL REFERENCES cells(id),
      sample_id TEXT NOT NULL,
      evaluation INTEGER NOT NULL REFERENCES evaluations(id),
      scoring INTEGER NOT NULL REFERENCES scorings(id),
      run INTEGER NOT NULL REFERENCES runs(id),
      current INTEGER NOT NULL CHECK (current IN (0, 1)),
      UNIQUE (cell, sample_id, evaluation, scoring)
    );

    -- How far each run is: written while it works, read by anyone.
    CREATE TABLE heartbeats (
      run INTEGER PRIMARY KEY REFERENCES runs(id),
      host TEXT NOT NULL,
      pid INTEGER NOT NULL,
      cells_done INTEGER NOT NULL,
      cells INTEGER NOT NULL,
      samples_done INTEGER NOT NULL,
      samples INTEGER NOT NULL,
      failed INTEGER NOT NULL,
      current_cell TEXT,
      updated_at REAL NOT NULL
    );

    ALTER TABLE runs ADD COLUMN uid TEXT NOT NULL DEFAULT '';        -- the same in every copy of the run
    ALTER TABLE runs ADD COLUMN shard_index INTEGER;                 -- from 1; NULL: the whole sweep
    ALTER TABLE runs ADD COLUMN shard_count INTEGER;
    ALTER TABLE runs ADD COLUMN merged INTEGER NOT NULL DEFAULT 0;   -- 1: copied from another store
    UPDATE runs SET uid = \(Version1Reading.uid);

    INSERT INTO evaluations_2 SELECT \(Version1Reading.evaluations) FROM evaluations;
    CREATE TABLE protocols_1 (evaluation INTEGER PRIMARY KEY, protocol TEXT);
    INSERT OR IGNORE INTO protocols_1 SELECT r.evaluation, c.protocol FROM results r JOIN (
      SELECT id, CASE WHEN json_valid(record) THEN json_extract(record, '$.protocolName') END AS protocol FROM cells
    ) c ON c.id = r.cell;
    INSERT INTO scorings SELECT \(Version1Reading.scorings("coalesce(p.protocol, '')"))
      FROM evaluations LEFT JOIN protocols_1 p ON p.evaluation = id;
    DROP TABLE protocols_1;
    INSERT INTO scores_2 SELECT \(Version1Reading.scores) FROM scores;
    INSERT INTO results_2 SELECT \(Version1Reading.results) FROM results;
    DROP TABLE results;
    DROP TABLE scores;
    DROP TABLE evaluations;
    ALTER TABLE evaluations_2 RENAME TO evaluations;
    ALTER TABLE scores_2 RENAME TO scores;
    ALTER TABLE results_2 RENAME TO results;

    CREATE INDEX evaluations_identity ON evaluations (identity) WHERE identity IS NOT NULL;
    CREATE INDEX evaluations_legacy ON evaluations (legacy_identity) WHERE legacy_identity IS NOT NULL;
    CREATE INDEX scorings_evaluation ON scorings (evaluation);
    CREATE UNIQUE INDEX results_current ON results (cell, sample_id) WHERE current = 1;
    CREATE INDEX results_evaluation ON results (evaluation);
    CREATE INDEX run_cells_cell ON run_cells (cell);
    \(version2Views)
    """
}

/// How rows of the first schema read as rows of the second: for the migration, and for a store that may only be read.
enum Version1Reading {
  /// The name of a run in every copy of it: start, row and configuration, which the first schema kept when it copied.
  static let uid = "printf('%.6f', started_at) || '-' || id || '-' || configuration_hash"

  /// The columns of `evaluations`, in order; the shown answer of choices was kept as the output, and the tokens of each
  /// choice among the facts.
  static let evaluations = """
    id, NULL AS identity, identity AS legacy_identity, prompt, first_tokens, prompt_token_count, finish_reason,
      CASE WHEN log_probabilities IS NOT NULL AND json_valid(facts) AND json_type(facts, '$.choice_tokens') = 'array'
        THEN json_extract(facts, '$.choice_tokens') END AS choice_counts, duration_seconds, computed_token_count, recorded_at,
      CASE WHEN finish_reason = 'choice' THEN NULL ELSE output END AS output, output_tokens, log_probabilities
    """

  /// The columns of `scorings`, in order, with an expression for the protocol.
  static func scorings(_ protocolName: String) -> String {
    """
    id, id AS evaluation, NULL AS identity, \(protocolName) AS protocol, '' AS scorer_version, expected, facts,
      truncated_token_count, CASE WHEN finish_reason = 'choice' THEN output END AS answer, recorded_at
    """
  }

  static let scores = "evaluation AS scoring, ordinal, metric, value, unscored"
  static let results = "id, cell, sample_id, evaluation, evaluation AS scoring, run, current"

  /// Views in the connection's own memory that hide the tables of the first schema; the file is not touched.
  static let views = """
    PRAGMA temp_store = MEMORY;
    CREATE TEMP VIEW evaluations AS SELECT \(evaluations) FROM main.evaluations;
    CREATE TEMP VIEW scorings AS SELECT \(scorings("''")) FROM main.evaluations;
    CREATE TEMP VIEW scores AS SELECT \(scores) FROM main.scores;
    CREATE TEMP VIEW results AS SELECT \(results) FROM main.results;
    CREATE TEMP VIEW runs AS
      SELECT *, \(uid) AS uid, NULL AS shard_index, NULL AS shard_count, 0 AS merged FROM main.runs;
    CREATE TEMP VIEW heartbeats AS
      SELECT 0 AS run, '' AS host, 0 AS pid, 0 AS cells_done, 0 AS cells, 0 AS samples_done, 0 AS samples, 0 AS failed,
        NULL AS current_cell, 0.0 AS updated_at, 0.0 AS fraction, NULL AS seconds_left, NULL AS job WHERE 0;
    """
}
