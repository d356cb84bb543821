/// Where a published number comes from, and how sure that is.
///
/// Made by `Scripts/data_facts.py embed`; change the file under Datasets/, not this one.
extension PublishedTable {
  static let notes: [(source: String, confidence: String)] = [
    (
      "arXiv:2502.02659v2 (GALI) Table 6 row 'Original*'; same values in github THUDM/LongBench R"
        + "EADME",
      "baseline row published by LongBench itself (exact, README); its use in the SelfExtend pape"
        + "r is probable, not confirmed"
    ),
    (
      "arXiv:2502.02659v2 (GALI) Table 6 row 'Original*'; same values in github THUDM/LongBench R"
        + "EADME",
      "average computed by GALI, not by SelfExtend paper"
    ),
    (
      "arXiv:2502.02659v2 (GALI) Table 6 row 'SelfExtend-16k*'",
      "quoted by another paper, which marks the row as reported by Jin et al. 2024 (SelfExtend)"
    ),
    (
      "arXiv:2502.02659v2 (GALI) Table 6 row 'SelfExtend-16k*'",
      "average computed by GALI, not by SelfExtend paper"
    ),
    (
      "aclanthology.org/2025.acl-long.28 (AdaGroPE) Table 3 row SE-Llama-2-7b-chat [OCR text]",
      "printed by another paper without a mark; baseline rows agree with LongBench/authors' figur"
        + "e, so probably copied from the SelfExtend paper - not confirmed"
    ),
    (
      "aclanthology.org/2025.acl-long.28 (AdaGroPE) Table 3 row SE-Llama-2-7b-chat [OCR text]",
      "average computed by AdaGroPE"
    ),
    (
      "aclanthology.org/2025.acl-long.28 (AdaGroPE) Table 3 [OCR text]",
      "printed by another paper without a mark; baseline rows agree with LongBench/authors' figur"
        + "e, so probably copied from the SelfExtend paper - not confirmed"
    ),
    (
      "aclanthology.org/2025.acl-long.28 (AdaGroPE) Table 3 [OCR text]",
      "average computed by AdaGroPE"
    ),
    (
      "aclanthology.org/2025.acl-long.28 (AdaGroPE) Table 3 row SE-Mistral-7b-ins-0.1 [OCR text]",
      "printed by another paper without a mark; baseline rows agree with LongBench/authors' figur"
        + "e, so probably copied from the SelfExtend paper - not confirmed"
    ),
    (
      "aclanthology.org/2025.acl-long.28 (AdaGroPE) Table 3 row SE-Mistral-7b-ins-0.1 [OCR text]",
      "average computed by AdaGroPE"
    ),
    (
      "aclanthology.org/2025.acl-long.28 (AdaGroPE) Table 3 row SE-SOLAR-10.7b-ins [OCR text]",
      "printed by another paper without a mark; baseline rows agree with LongBench/authors' figur"
        + "e, so probably copied from the SelfExtend paper - not confirmed; OCR of two adjacent rows "
        + "is interleaved, row reassembled (mean agrees with the printed average)"
    ),
    (
      "aclanthology.org/2025.acl-long.28 (AdaGroPE) Table 3 row SE-SOLAR-10.7b-ins [OCR text]",
      "average computed by AdaGroPE"
    ),
    (
      "aclanthology.org/2025.acl-long.28 (AdaGroPE) Table 3 row Phi-2 [OCR text]",
      "printed by another paper without a mark; baseline rows agree with LongBench/authors' figur"
        + "e, so probably copied from the SelfExtend paper - not confirmed; OCR row damaged, reassemb"
        + "led (mean agrees with the printed average); 9 of 10 cells equal the authors' phi2_long_ben"
        + "ch.jpg, GovReport differs (25.46 there)"
    ),
    (
      "aclanthology.org/2025.acl-long.28 (AdaGroPE) Table 3 row Phi-2 [OCR text]",
      "average computed by AdaGroPE"
    ),
    (
      "first 5 cells: aclanthology.org/2025.acl-long.28 (AdaGroPE) Table 3 row SE-Phi-2 [OCR text"
        + "]; all 16 cells: arXiv:2502.02659v2 (GALI) Table 1, row mislabelled there 'SelfExtend-32k*"
        + " (Llama3-8b)'",
      "quoted by another; identification by the 5 matching cells (GALI printed the wrong row unde"
        + "r Llama-3) - inferred"
    ),
    (
      "first 5 cells: aclanthology.org/2025.acl-long.28 (AdaGroPE) Table 3 row SE-Phi-2 [OCR text"
        + "]; all 16 cells: arXiv:2502.02659v2 (GALI) Table 1, row mislabelled there 'SelfExtend-32k*"
        + " (Llama3-8b)'",
      "average computed by GALI"
    ),
    (
      "arXiv:2502.02659v2 (GALI) Table 1 row 'Original*'",
      "quoted by another paper, which marks the row as reported by Jin et al. 2024 (SelfExtend)"
    ),
    (
      "arXiv:2502.02659v2 (GALI) Table 1 row 'Original*'",
      "average computed by GALI"
    ),
    (
      "arXiv:2502.02659v2 (GALI) Table 1 row 'SelfExtend-16k*'",
      "quoted by another paper, which marks the row as reported by Jin et al. 2024 (SelfExtend)"
    ),
    (
      "arXiv:2502.02659v2 (GALI) Table 1 row 'SelfExtend-16k*'",
      "average computed by GALI"
    ),
    (
      "arXiv:2502.02659v2 (GALI) Table 7 row 'Original*'",
      "quoted by another; marked as reported elsewhere (L-Eval / SelfExtend colour marks lost in "
        + "extraction)"
    ),
    (
      "arXiv:2502.02659v2 (GALI) Table 7 row 'SelfExtend-16k*'",
      "quoted by another paper, which marks the row as reported by Jin et al. 2024 (SelfExtend)"
    ),
    (
      "arXiv:2502.02659v2 (GALI) Table 7 row 'NTK-16k*'",
      "quoted by another; origin L-Eval (marked reported elsewhere)"
    ),
    (
      "arXiv:2502.02659v2 (GALI) Table 7 row 'Dyn-NTK*'",
      "quoted by another; origin L-Eval (marked reported elsewhere)"
    ),
    (
      "aclanthology.org/2025.acl-long.28 (AdaGroPE) Table 4 [OCR text]",
      "printed by another paper without a mark, 4 of the 6 tasks; probably copied from the SelfEx"
        + "tend paper - not confirmed (OCR cell layout damaged, values readable)"
    ),
    (
      "aclanthology.org/2025.acl-long.28 (AdaGroPE) Table 4 [OCR text]",
      "partially readable: the four task cells are lost in the OCR, only this mean survives"
    ),
  ]
}
