extension Schema {
  /// The third schema: a heartbeat also says the share of the work that is done, the time that is left, and the job of
  /// a batch system that the run is.
  ///
  /// Never edited: a change is a new migration.
  static let version3 = """
    ALTER TABLE heartbeats ADD COLUMN fraction REAL NOT NULL DEFAULT 0;   -- of the work, 0...1
    ALTER TABLE heartbeats ADD COLUMN seconds_left REAL;                  -- NULL: nothing was measured yet
    ALTER TABLE heartbeats ADD COLUMN job TEXT;                           -- '1234_5' of Slurm; NULL: no batch job
    """
}

/// How rows of the second schema read as rows of the third, in a store that may only be read.
enum Version2Reading {
  /// Views in the connection's own memory; the file is not touched.
  static let views = """
    PRAGMA temp_store = MEMORY;
    CREATE TEMP VIEW heartbeats AS
      SELECT *, 0.0 AS fraction, NULL AS seconds_left, NULL AS job FROM main.heartbeats;
    """
}
