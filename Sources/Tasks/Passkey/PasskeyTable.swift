/// Official files: name, rows, SHA-256.
///
/// Made by `Scripts/data_facts.py embed`; change the file under Datasets/, not this one.
enum PasskeyTable {
  static let text = """
    passkey_examples.jsonl 4 58d5876f7422c5a176d51543bceca5a713a2f57fce27f17e237748498a7068e9
    passkey_examples_5k.jsonl 5 fa5e55856055253fd329dcf801cdab14901ea6c03747cc47e605aa49b856582e
    passkey_examples_10k.jsonl 5 8467ff36f1abd8f4933052a0d35daf2bdde685def347491bb8b3aa2f92fe1ab5
    """
}
