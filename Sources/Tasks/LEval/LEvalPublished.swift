/// The Self-Extend paper's numbers, as others quote them.
///
/// Made by `Scripts/data_facts.py embed`; change the file under Datasets/, not this one.
enum LEvalPublished {
  /// Model, method, G, W, context, dataset, value, note.
  static let text = """
    Llama-2-7B-chat|none (original)|||4k|Coursera|29.21|0
    Llama-2-7B-chat|none (original)|||4k|GSM|19.00|0
    Llama-2-7B-chat|none (original)|||4k|QuALITY|37.62|0
    Llama-2-7B-chat|none (original)|||4k|TOEFL|51.67|0
    Llama-2-7B-chat|none (original)|||4k|SFiction|60.15|0
    Llama-2-7B-chat|none (original)|||4k|CodeU|1.11|0
    Llama-2-7B-chat|none (original)|||4k|Average(6)|33.12|0
    Llama-2-7B-chat|SelfExtend|||16k|Coursera|35.76|1
    Llama-2-7B-chat|SelfExtend|||16k|GSM|25.00|1
    Llama-2-7B-chat|SelfExtend|||16k|QuALITY|41.09|1
    Llama-2-7B-chat|SelfExtend|||16k|TOEFL|55.39|1
    Llama-2-7B-chat|SelfExtend|||16k|SFiction|57.81|1
    Llama-2-7B-chat|SelfExtend|||16k|CodeU|1.11|1
    Llama-2-7B-chat|SelfExtend|||16k|Average(6)|36.02|1
    Llama-2-7B-chat|NTK|||16k|Coursera|32.71|2
    Llama-2-7B-chat|NTK|||16k|GSM|19.00|2
    Llama-2-7B-chat|NTK|||16k|QuALITY|33.16|2
    Llama-2-7B-chat|NTK|||16k|TOEFL|52.78|2
    Llama-2-7B-chat|NTK|||16k|SFiction|64.84|2
    Llama-2-7B-chat|NTK|||16k|CodeU|0.00|2
    Llama-2-7B-chat|NTK|||16k|Average(6)|33.75|2
    Llama-2-7B-chat|Dynamic NTK|||16k|Coursera|13.95|3
    Llama-2-7B-chat|Dynamic NTK|||16k|GSM|13.00|3
    Llama-2-7B-chat|Dynamic NTK|||16k|QuALITY|30.69|3
    Llama-2-7B-chat|Dynamic NTK|||16k|TOEFL|52.27|3
    Llama-2-7B-chat|Dynamic NTK|||16k|SFiction|57.02|3
    Llama-2-7B-chat|Dynamic NTK|||16k|CodeU|1.11|3
    Llama-2-7B-chat|Dynamic NTK|||16k|Average(6)|28.01|3
    Llama-2-13B-chat|none (original)||||Coursera|35.75|4
    Llama-2-13B-chat|none (original)||||QuALITY|42.57|4
    Llama-2-13B-chat|none (original)||||TOEFL|60.96|4
    Llama-2-13B-chat|none (original)||||SFiction|54.68|4
    Llama-2-13B-chat|none (original)||||Average(TOEFL,QuALITY,Coursera,SFiction) by AdaGroPE|48.49|4
    Llama-2-13B-chat|SelfExtend||||Coursera|38.95|4
    Llama-2-13B-chat|SelfExtend||||QuALITY|41.09|4
    Llama-2-13B-chat|SelfExtend||||TOEFL|66.17|4
    Llama-2-13B-chat|SelfExtend||||SFiction|63.28|4
    Llama-2-13B-chat|SelfExtend||||Average(TOEFL,QuALITY,Coursera,SFiction) by AdaGroPE|52.37|4
    Vicuna-1.5-7B-16k|none (fine-tuned 16k)||||Coursera|38.66|4
    Vicuna-1.5-7B-16k|none (fine-tuned 16k)||||QuALITY|39.60|4
    Vicuna-1.5-7B-16k|none (fine-tuned 16k)||||TOEFL|55.39|4
    Vicuna-1.5-7B-16k|none (fine-tuned 16k)||||SFiction|60.15|4
    Vicuna-1.5-7B-16k|none (fine-tuned 16k)||||Average(TOEFL,QuALITY,Coursera,SFiction) by AdaGroPE|48.45|4
    Vicuna-1.5-7B|SelfExtend||||Coursera|37.21|4
    Vicuna-1.5-7B|SelfExtend||||QuALITY|41.58|4
    Vicuna-1.5-7B|SelfExtend||||TOEFL|55.39|4
    Vicuna-1.5-7B|SelfExtend||||SFiction|63.28|4
    Vicuna-1.5-7B|SelfExtend||||Average(TOEFL,QuALITY,Coursera,SFiction) by AdaGroPE|49.37|4
    SOLAR-10.7B-instruct|none (original)||||Coursera|48.84|4
    SOLAR-10.7B-instruct|none (original)||||QuALITY|59.90|4
    SOLAR-10.7B-instruct|none (original)||||TOEFL|77.32|4
    SOLAR-10.7B-instruct|none (original)||||SFiction|69.53|4
    SOLAR-10.7B-instruct|none (original)||||Average(TOEFL,QuALITY,Coursera,SFiction) by AdaGroPE|63.90|4
    Phi-2|none (original)||||Coursera|38.37|4
    Phi-2|none (original)||||QuALITY|42.08|4
    Phi-2|none (original)||||TOEFL|55.76|4
    Phi-2|none (original)||||SFiction|52.34|4
    Phi-2|none (original)||||Average(TOEFL,QuALITY,Coursera,SFiction) by AdaGroPE|47.14|4
    Phi-2|SelfExtend||||Coursera|42.44|4
    Phi-2|SelfExtend||||QuALITY|41.08|4
    Phi-2|SelfExtend||||TOEFL|62.83|4
    Phi-2|SelfExtend||||SFiction|52.34|4
    Phi-2|SelfExtend||||Average(TOEFL,QuALITY,Coursera,SFiction) by AdaGroPE|49.67|4
    Llama-2-7B-chat|SelfExtend||||Coursera|35.76|4
    Llama-2-7B-chat|SelfExtend||||QuALITY|41.09|4
    Llama-2-7B-chat|SelfExtend||||TOEFL|55.39|4
    Llama-2-7B-chat|SelfExtend||||SFiction|57.81|4
    SOLAR-10.7B-instruct|SelfExtend||||Average(TOEFL,QuALITY,Coursera,SFiction)|68.34|5
    """

  /// Where a number comes from, and how sure that is.
  static let notes: [(source: String, confidence: String)] = [
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
