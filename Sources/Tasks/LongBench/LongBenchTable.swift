/// Official files: name, rows, SHA-256.
///
/// Made by `Scripts/data_facts.py embed`; change the file under Datasets/, not this one.
enum LongBenchTable {
  static let text = """
    config/dataset2maxlen.json - 72966b3c0933e214591637fb085798c5e687ebff4ddaab5d99bbc31120532022
    config/dataset2prompt.json - 56d22ad4f382169c2b8a11ff4c982a4a1bea096c8152b0f0b85b64686b157c30
    data/narrativeqa.jsonl 200 -
    data/qasper.jsonl 200 -
    data/multifieldqa_en.jsonl 150 -
    data/multifieldqa_zh.jsonl 200 2e4e7360f4d9094815e81eb99dc84ee147a37db801dc9c84ed2bcdc83e0a2c7f
    data/hotpotqa.jsonl 200 -
    data/musique.jsonl 200 -
    data/dureader.jsonl 200 -
    data/gov_report.jsonl 200 -
    data/qmsum.jsonl 200 -
    data/multi_news.jsonl 200 5e79ca4f3d715af95eb684c3a6beaecb8b7542b76f2a891bf8657d82084af1ad
    data/vcsum.jsonl 200 -
    data/trec.jsonl 200 -
    data/triviaqa.jsonl 200 -
    data/samsum.jsonl 200 -
    data/lsht.jsonl 200 -
    data/passage_count.jsonl 200 -
    data/passage_retrieval_en.jsonl 200 -
    data/passage_retrieval_zh.jsonl 200 c3d4a0cb03f9ec5b5c056b5f528b8c46518df2f6379e43a061825c6ff290c06c
    data/lcc.jsonl 500 -
    data/2wikimqa.jsonl 200 -
    data/repobench-p.jsonl 500 -
    data/qasper_e.jsonl - -
    data/multifieldqa_en_e.jsonl - -
    data/hotpotqa_e.jsonl - -
    data/2wikimqa_e.jsonl - -
    data/gov_report_e.jsonl - -
    data/multi_news_e.jsonl - -
    data/trec_e.jsonl - -
    data/triviaqa_e.jsonl - -
    data/samsum_e.jsonl - -
    data/passage_count_e.jsonl - -
    data/passage_retrieval_en_e.jsonl - -
    data/lcc_e.jsonl - -
    data/repobench-p_e.jsonl - -
    """
}
