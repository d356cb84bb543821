import JSON

extension VisualHaystacks {
  /// The official questions; the pictures are COCO's and stay where they are.
  public static let benchmark: Benchmark? = Benchmark(
    name: name, folder: "VisualHaystacks", source: "huggingface.co/datasets/tsunghanwu/visual_haystacks",
    takes:
      "the folders single_needle/ and multi_needle/; with COCO's folder beside them the pictures are looked at, and "
      + "stay where they are (`images` names the folder)", wantsImport: false,
    files: ["oracle", "2", "3", "5", "10", "20", "50", "100", "500", "1000", "10000"].map {
      KnownFile(name: "\(NeedleCount.single.folder)/visual_haystack_\($0).json", isArray: true)
    }
      + ["oracle", "5", "10", "20", "50", "100", "500", "1000"].map {
        KnownFile(name: "\(NeedleCount.multi.folder)/visual_haystack_\($0).json", isArray: true)
      }
  ) { row in
    RowRule.missing(row, texts: ["needle", "target"], lists: ["conversations", "pos_image", "neg_image"])
  } pictures: { row in
    ["pos_image", "neg_image"].flatMap { row[$0]?.texts ?? [] }
  }
}
