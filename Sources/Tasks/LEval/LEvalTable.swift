/// Official files: name, rows, SHA-256.
///
/// Made by `Scripts/data_facts.py embed`; change the file under Datasets/, not this one.
enum LEvalTable {
  static let text = """
    LEval-data/Closed-ended-tasks/coursera.jsonl 15 03ef77fcbd191545ee9f750487d1e6b209352e6440cadc6671f0c9f4fcb753a5
    LEval-data/Closed-ended-tasks/gsm100.jsonl 100 768d7b1d52be9406994b098fdfb9c2fd055bf2eb3d79748b42a9e55ddcc81f2a
    LEval-data/Closed-ended-tasks/quality.jsonl 15 e12593a3da249dc1f769d10e07da896a524917f278900a6f6ef42e7fd4daa67b
    LEval-data/Closed-ended-tasks/sci_fi.jsonl 7 eb704ffaacb8c84df4b9d70a8557066de25798b9af1332fd1f2dee77a8112d06
    LEval-data/Closed-ended-tasks/topic_retrieval_longchat.jsonl 50 c048104b31ad60d460bcd474bad41603b42418a4e3e32cd955d752d1bf11e11f
    LEval-data/Closed-ended-tasks/tpo.jsonl 15 7596d085ddc8e11418d53e956b492f9cba7087c2fc1b516508a26257eed1a57e
    LEval-data/Closed-ended-tasks/codeU.jsonl - -
    LEval-data/Open-ended-tasks/financial_qa.jsonl 8 e6507e3a195af133f254edf663b0fcaa8df1fc5912cd50a84e575df152912158
    LEval-data/Open-ended-tasks/gov_report_summ.jsonl 14 72ff9fc383afef70208e12598536fedb3c86341c6e6218cb2061caa049f3e0db
    LEval-data/Open-ended-tasks/legal_contract_qa.jsonl 23 ed78010152c83effc5191592f92e2c0821f05329789cb546898d5d6290208dd8
    LEval-data/Open-ended-tasks/meeting_summ.jsonl 23 8ca74c777d7d22f0f1507f78cf3f1b50b7ae178328e7bf27758819ceb255eef7
    LEval-data/Open-ended-tasks/multidoc_qa.jsonl 23 3f53fd749ff8c7300150f5c6895c73ee201fbd9f3e6785da859eadd36147e220
    LEval-data/Open-ended-tasks/narrative_qa.jsonl - -
    LEval-data/Open-ended-tasks/natural_question.jsonl 21 0daf58b082041c3e384d8ef990981c9e9cb5de7c49e9219ab9f8c1edb2dea568
    LEval-data/Open-ended-tasks/news_summ.jsonl 12 2b7c362acd2770b2517994e5b2d1be3ce98579b228f13cf4e529475fe4d5e79b
    LEval-data/Open-ended-tasks/paper_assistant.jsonl 23 b2bdded86ee285f99f6371065014d47a22350718b68dd1e99839883d663380b1
    LEval-data/Open-ended-tasks/patent_summ.jsonl 14 de9653f8f87653ac967bb1142efc4ccd92a72089811425633fd1209afce3e3e2
    LEval-data/Open-ended-tasks/review_summ.jsonl 24 62f2a2bc13f0262dc27b8cd95763aacd37c920ac33777192f98406da1b7db7cd
    LEval-data/Open-ended-tasks/scientific_qa.jsonl 23 db11d9cc4c928a3dc4bef6075a8223b785a117b4066439d4c55e6bc4e817f4c0
    LEval-data/Open-ended-tasks/tv_show_summ.jsonl 14 937f83a14f824295a3dc75670f04847dc69825a2ade11cb80faa884c1758afdf
    """
}
