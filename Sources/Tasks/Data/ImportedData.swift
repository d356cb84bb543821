/// Where imported data lie.
public enum ImportedData {
  /// The environment variable that names the data folder.
  public static let variable = "SE_EVAL_DATA"
}
