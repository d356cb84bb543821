/// Official files: name, rows, SHA-256.
///
/// Made by `Scripts/data_facts.py embed`; change the file under Datasets/, not this one.
enum MultiDocumentQATable {
  static let text = """
    nq-open-oracle.jsonl 2655 315fb590f71f7556c49152e72c3479d070c5b6a83f37025fe9b1f631d3ebbdcf
    nq-open-10_total_documents_gold_at_0.jsonl 2655 -
    nq-open-10_total_documents_gold_at_4.jsonl 2655 -
    nq-open-10_total_documents_gold_at_9.jsonl 2655 -
    nq-open-20_total_documents_gold_at_0.jsonl 2655 -
    nq-open-20_total_documents_gold_at_4.jsonl 2655 -
    nq-open-20_total_documents_gold_at_9.jsonl 2655 -
    nq-open-20_total_documents_gold_at_14.jsonl 2655 -
    nq-open-20_total_documents_gold_at_19.jsonl 2655 -
    nq-open-30_total_documents_gold_at_0.jsonl 2655 -
    nq-open-30_total_documents_gold_at_4.jsonl 2655 -
    nq-open-30_total_documents_gold_at_9.jsonl 2655 -
    nq-open-30_total_documents_gold_at_14.jsonl 2655 -
    nq-open-30_total_documents_gold_at_19.jsonl 2655 -
    nq-open-30_total_documents_gold_at_24.jsonl 2655 -
    nq-open-30_total_documents_gold_at_29.jsonl 2655 -
    prompts/qa.prompt - 368a84fe24373cc0a3a789ce5e62e6854994ece138747c93c76f25aafea25411
    prompts/qa_ordered_randomly.prompt - e3fb49897502903ff46db87f770d253f93e0d11c5bd4e1b48451c5cf4d4c4f67
    prompts/qa_with_query_aware_contextualization.prompt - ff1168b14640bbb00ade41cf1d4d8d3a43835cb0e5ba95dd2c4d00b6684fb22e
    prompts/closedbook_qa.prompt - 5b75e2b95b1562cdd9a1e8f69a32073eb8966cfa82634bd70b1259daf717193b
    """
}
