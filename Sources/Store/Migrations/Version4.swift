extension Schema {
  /// The fourth schema: the views say of which entry of its task a row is.
  ///
  /// Never edited: a change is a new migration.
  static let version4 = """
    DROP VIEW v_cells;
    DROP VIEW v_samples;
    DROP VIEW v_scores;
    \(views(withEntries: true))
    """
}
