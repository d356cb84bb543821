/// Official files: name, rows, SHA-256.
///
/// Made by `Scripts/data_facts.py embed`; change the file under Datasets/, not this one.
enum KeyValueRetrievalTable {
  static let text = """
    kv-retrieval-75_keys.jsonl 500 a0b62bcf5c33d41acd002250633c41f4890071bd05716849513b14a69473cd60
    kv-retrieval-140_keys.jsonl 500 3425b621d2f906fb0eab895fd51e4bdc8598186e966bbe368ff9eea6eb47946f
    kv-retrieval-300_keys.jsonl 500 -
    prompts/kv_retrieval.prompt - 62a513f9d0e039c3a3783d1f946e18ffdb8c549d7ccd6f4f4c0b01bddee3e450
    prompts/kv_retrieval_with_query_aware_contextualization.prompt - 0f6e4c5db0ecf66f2f5bbe0e82335889bf5e72d8371929c985e15f50da5c76ad
    """
}
