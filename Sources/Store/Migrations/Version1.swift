extension Schema {
  /// The first schema.
  ///
  /// Never edited: a change is a new migration. Times are seconds since 1970 (UTC), durations seconds; JSON has sorted keys.
  static let version1 = """
    -- One invocation of `sweep`.
    CREATE TABLE runs (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL,
      configuration TEXT NOT NULL,          -- resolved configuration, canonical JSON
      configuration_hash TEXT NOT NULL,     -- SHA-256 of it
      environment TEXT NOT NULL,            -- JSON object of texts
      warnings TEXT NOT NULL,               -- JSON array of texts
      started_at REAL NOT NULL,
      ended_at REAL,                        -- NULL: killed, or still running
      status INTEGER                        -- exit status
    );

    -- One number of a table. `key` is the SHA-256 of `record`.
    CREATE TABLE cells (
      id INTEGER PRIMARY KEY,
      key TEXT NOT NULL UNIQUE,
      model TEXT NOT NULL,
      method TEXT NOT NULL,
      task TEXT NOT NULL,
      coordinates TEXT NOT NULL,            -- 'length=4096,depth=0.5'
      record TEXT NOT NULL                  -- everything, JSON (CellRecord)
    );

    -- Which cells a run planned.
    CREATE TABLE run_cells (
      run INTEGER NOT NULL REFERENCES runs(id),
      cell INTEGER NOT NULL REFERENCES cells(id),
      PRIMARY KEY (run, cell)
    ) WITHOUT ROWID;

    -- Rendered prompts, one row for each distinct text.
    CREATE TABLE prompts (
      id INTEGER PRIMARY KEY,
      sha256 TEXT NOT NULL UNIQUE,          -- of the UTF-8 bytes
      byte_count INTEGER NOT NULL,          -- before compression
      codec INTEGER NOT NULL,               -- 0 as it is, 1 LZ (see LZ.swift)
      content BLOB NOT NULL
    );

    -- One evaluated sample; rows are added and never changed.
    CREATE TABLE evaluations (
      id INTEGER PRIMARY KEY,
      identity TEXT NOT NULL,               -- SHA-256 over all that the result depends on
      prompt INTEGER NOT NULL REFERENCES prompts(id),
      first_tokens TEXT NOT NULL,           -- JSON array
      prompt_token_count INTEGER NOT NULL,
      truncated_token_count INTEGER NOT NULL,
      expected TEXT NOT NULL,               -- JSON array
      facts TEXT NOT NULL,                  -- JSON object
      output TEXT,                          -- NULL: the text was only scored
      output_tokens TEXT,                   -- JSON array
      finish_reason TEXT,                   -- eos, length, stop
      log_probabilities BLOB,               -- float32, little-endian, natural logarithm
      duration_seconds REAL NOT NULL,
      computed_token_count INTEGER NOT NULL,
      recorded_at REAL NOT NULL
    );
    CREATE INDEX evaluations_identity ON evaluations (identity);

    -- The scores of an evaluation, in the task's order: a value, or why there is none.
    CREATE TABLE scores (
      evaluation INTEGER NOT NULL REFERENCES evaluations(id),
      ordinal INTEGER NOT NULL,
      metric TEXT NOT NULL,
      value REAL,
      unscored TEXT,
      PRIMARY KEY (evaluation, ordinal),
      CHECK ((value IS NULL) <> (unscored IS NULL))
    ) WITHOUT ROWID;

    -- Which evaluation is a cell's result for a sample. Rows are never deleted: when the identity changes, the old
    -- row stays with current = 0.
    CREATE TABLE results (
      id INTEGER PRIMARY KEY,
      cell INTEGER NOT NULL REFERENCES cells(id),
      sample_id TEXT NOT NULL,
      identity TEXT NOT NULL,
      evaluation INTEGER NOT NULL REFERENCES evaluations(id),
      run INTEGER NOT NULL REFERENCES runs(id),
      current INTEGER NOT NULL CHECK (current IN (0, 1)),
      UNIQUE (cell, sample_id, identity)
    );
    CREATE UNIQUE INDEX results_current ON results (cell, sample_id) WHERE current = 1;

    -- Samples that could not be evaluated, until they are.
    CREATE TABLE failures (
      cell INTEGER NOT NULL REFERENCES cells(id),
      sample_id TEXT NOT NULL,
      run INTEGER NOT NULL REFERENCES runs(id),
      message TEXT NOT NULL,
      recorded_at REAL NOT NULL,
      PRIMARY KEY (cell, sample_id)
    ) WITHOUT ROWID;

    -- Hashes of weight files, valid while size and modification time are the same.
    CREATE TABLE file_hashes (
      path TEXT PRIMARY KEY,
      byte_count INTEGER NOT NULL,
      modified REAL NOT NULL,
      sha256 TEXT NOT NULL
    ) WITHOUT ROWID;
    """
}
