import Evaluation
import Foundation
import Store
import TestSupport
import Testing

@testable import Reports

@Suite struct CardTests {
  @Test("effective lengths are the largest that pass, gaps are marked, and nothing passing is said")
  func lengths() {
    let points: [EffectiveLength.Point] = [(4096, 90), (1024, 100), (2048, 80), (8192, 40)]
    #expect(EffectiveLength.ruler.answer(points)?.text == "4096*")
    #expect(EffectiveLength.babilong.answer(points)?.text == "4096*")
    #expect(EffectiveLength.nolima.answer(points)?.text == "4096*")
    #expect(EffectiveLength.half.answer(points)?.text == "4096")
    #expect(EffectiveLength.ruler.answer([(1024, 85.56)])?.text == "1024")
    #expect(EffectiveLength.ruler.answer([(1024, 85.5)])?.text == "<1024")
    #expect(EffectiveLength.babilong.answer([(1024, 85)])?.text == "<1024")
    #expect(EffectiveLength.half.answer([(512, 0), (1024, 0)])?.text == "<512")
    #expect(EffectiveLength.nolima.answer([]) == nil)
  }

  @Test("NoLiMa's base is the best of the short lengths, else the shortest one's score")
  func base() {
    #expect(EffectiveLength.nolima.answer([(250, 50), (1000, 40), (2000, 42), (4000, 43)])?.text == "4000*")
    #expect(EffectiveLength.nolima.answer([(2000, 100), (4000, 86), (8000, 84)])?.text == "4000")
  }

  @Test("a card lays methods and lengths side by side, on one scale, with the protocols' deviations")
  func page() throws {
    let synthetic = try SyntheticStore.complete()
    let cards = try CardBuilder.documents(try Evaluations(synthetic.store))
    #expect(cards.map(\.model) == ["Tiny-1K"])
    let text = PlainText.render(try #require(cards.first).document)
    #expect(text.contains("Effective length") && text.contains("passkey, plain"))
    #expect(!text.contains("perplexity"))
    let table = try #require(cards.first?.document.tables.first)
    #expect(table.columns.last == "longest measured")
    let writer = ReportWriter(store: synthetic.store, name: "x")
    let folder = try TemporaryFolder()
    let files = try writer.writeCards(to: folder.path, formats: [.markdown, .html])
    #expect(files.count == 2 && files.allSatisfy { $0.contains("card-tiny-1k") })
  }

  @Test("lengths are read as the tasks write them")
  func spellings() {
    #expect(CardBuilder.length("4096") == 4096 && CardBuilder.length("32k") == 32000)
    #expect(CardBuilder.length("0k") == 0 && CardBuilder.length("1M") == 1_000_000)
    #expect(CardBuilder.length("long") == nil)
  }

  @Test("a store without scores by length is refused with what to do")
  func refused() throws {
    let synthetic = try SyntheticStore()
    try synthetic.fillAnswers()
    #expect(throws: ReportError.nothingForCard(path: synthetic.store.path)) {
      try CardBuilder.documents(try Evaluations(synthetic.store))
    }
  }
}
