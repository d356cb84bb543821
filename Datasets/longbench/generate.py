#!/usr/bin/env python3
"""Writes the LongBench-shaped sample beside this file: data/*.jsonl and config/*.json.

Every text here was written for this project; nothing comes from LongBench itself.
Run it from anywhere: python3 generate.py
"""
import json
from pathlib import Path

HERE = Path(__file__).resolve().parent

RIVER = """The river Aldera rises in the hills above the village of Torm. For two hundred years a ferry crossed it at Low Quay.
In the spring of 1911 the ferryman, Piet Halder, refused to cross after dark, because the chain had begun to sing. The council
laughed at him. In June a new chain was ordered from the foundry at Gant, and in July the old one broke with nobody aboard.
The council then built a wooden bridge, which stood until the flood of 1954. The stone bridge of today was opened in 1957 by
Ines Vanderhoek, the granddaughter of the ferryman. She kept the broken chain in the hall of her house, where children could
touch it for luck. Above the bridge an old mill still turns, but it grinds no corn; it lights the lamps of the quay."""

LIGHTHOUSE = """The keeper's log of Sable Rock begins in 1872. Its first keeper was Orla Finch, who counted ships with dried beans.
She wrote that the lamp burned rape oil until 1880, and paraffin after that. In the winter of 1884 a storm took the boat house and
both goats, but the lamp never went out. Her nephew Tomas Finch followed her and stayed for thirty years. He taught a raven to
ring the fog bell. The lamp was made electric in 1931, and the last keeper left in 1968. Today a painter rents the tower in summer;
she paints only the colour grey, and says that there are forty of them on the rock."""

PASSAGES = [
    "The orchard of Bellwick was planted by Maud Easton in 1902. She came from the island of Corrie.",
    "Corrie is an island known for its slate. Its largest village is Penmar.",
    "The slate of Corrie roofed the town hall of Bellwick, built by the architect Ruben Ash.",
    "Ruben Ash was born in Penmar and studied in Lund. He never saw the town hall finished.",
    "The apple called Easton's Late is picked in November and keeps until Easter.",
    "Penmar has a harbour, two inns and a school of sailing, which was founded in 1960.",
]

NEWS = [
    "The town of Harrow Sound voted on Monday to keep its tram. Line 4 will run again from May, with three rebuilt cars. "
    "The repair costs 2 million crowns, half of it paid by the riders' own society.",
    "Harrow Sound's tram society has 900 members. Its chair, Lena Moos, said that the vote ended six years of waiting. "
    "The depot, closed since a fire, will hold a small museum.",
]

MEETING = """Chair: Let us begin with the remote control. Who has looked at the case?
Designer: I would make it of cork. It floats, and nobody loses it in a sofa.
Engineer: Cork is light, but the battery needs a lid that stays shut. I would add one screw.
Chair: And the buttons?
Designer: Six of them. The people we asked never used more than six.
Engineer: Then the small chip is enough, and we save about a third.
Chair: Agreed, cork, six buttons, one screw. We meet again on Thursday."""

REPORT = """The Office of Waterways examined 48 locks in the northern district between March and September. It found that
11 of them leak, that 4 have no spare gate, and that the oldest was built in 1838. The office estimates that repairs will take three
years and 14 million crowns. It recommends that leaking locks are mended first, that two spare gates are shared by neighbouring locks,
and that the lock keepers keep a common diary. The district agreed with the first two points and asked for more time for the third."""

PAPER = """Introduction. We ask whether bees prefer flowers that were watered at night. Method. We planted 40 pots of blue sage in two
rows; one row was watered at 6 in the morning, the other at 10 in the evening. An observer counted visits for 20 days. Results. The
evening row had 31 percent more visits than the morning row. On rainy days there was no difference. Discussion. Nectar is richer
when soil is wet at dawn. We did not test other plants, and the observer knew which row was which."""

PARAGRAPHS = [
    "A cooper makes barrels. The staves are heated over a small fire until they bend.",
    "Salt was once carried over the pass by mules. Each wore a bell of its own note.",
    "The glass blowers of Marn hold a race every autumn: a bottle in four breaths.",
    "Snow on the plateau is measured with a striped pole. The record is nine stripes.",
]


def paragraphs(order):
    return "\n\n".join(f"Paragraph {i + 1}: {PARAGRAPHS[k]}" for i, k in enumerate(order))


ZH_STORY = """林家在河边开了一间茶馆。茶馆的招牌是祖父写的，祖父名叫林远山。一九三二年发大水，茶馆被冲走了一半，招牌却漂到了下游的白石村。
村里的木匠陈大把招牌送了回来，林家请他喝了三年的茶。后来茶馆搬到桥头，改名叫“回来茶馆”。现在的主人是林远山的孙女林秋，她每年春天都去白石村看望陈家。"""

ZH_MEETING = """主持人：今天讨论图书馆的开放时间。
张老师：很多学生晚上没有地方读书，我建议开到十点。
李馆长：我们只有四位馆员，开到十点需要再请两位。
王同学：学生会可以派人值班，每天两个人。
主持人：那么先试行一个学期，晚上开到九点半，由学生会协助值班。"""

ZH_PARAGRAPHS = [
    "段落1：盐工把海水引进盐田，太阳晒干以后就留下白色的盐。",
    "段落2：山上的雪用一根有条纹的杆子来量，最高的一年有九道条纹。",
    "段落3：做木桶的人把木板放在小火上烤，木板变软以后就能弯。",
]

CODE = '''class Basket:
    """Keeps counted things."""

    def __init__(self):
        self.counts = {}

    def add(self, name, count=1):
        self.counts[name] = self.counts.get(name, 0) + count

    def total(self):
'''

CODE_2 = '''def mean(values):
    """Mean of a list; None over nothing."""
    if not values:
        return None
    return sum(values) / len(values)


def spread(values):
    if not values:
'''

TYPES = ["Place", "Person", "Number", "Date of an event"]
TREC = """Question: Where is the oldest bridge?
Type: Place
Question: How many locks leak?
Type: Number
Question: Who kept the light?
Type: Person
Question: When did the chain break?
Type: Date of an event"""

LSHT = """新闻：市队昨晚以三比一获胜，主教练说年轻队员表现很好。
类别：体育
新闻：新的桥梁下个月开放，公交路线将随之改变。
类别：交通
新闻：今年的小麦收成比去年多了一成。
类别：农业"""
LSHT_TYPES = ["体育", "交通", "农业", "教育"]

TRIVIA = """Passage:
The lamp of Sable Rock was made electric in 1931.
Question: When was the lamp made electric?
Answer: 1931

Passage:
The town hall was built by Ruben Ash.
Question: Who built the town hall?
Answer: Ruben Ash"""

SAMSUM = """Dialogue: Ana: did you feed the cat?
Bo: twice, she pretended
Summary: Bo fed the cat twice.

Dialogue: Cem: train is late, start without me
Dora: we will keep you a plate
Summary: Cem's train is late. Dora will keep him a plate."""

# dataset: language, rows of (input, context, answers, all_classes)
DATA = {
    "narrativeqa": ("en", [
        ("Why did the ferryman refuse to cross after dark?", RIVER,
         ["Because the chain had begun to sing.", "The chain was singing"], None),
        ("Who opened the stone bridge?", RIVER, ["Ines Vanderhoek", "the ferryman's granddaughter"], None),
        ("What did the first keeper count ships with?", LIGHTHOUSE, ["Dried beans", "beans"], None)]),
    "qasper": ("en", [
        ("How many pots were planted?", PAPER, ["40", "40 pots of blue sage"], None),
        ("Did the authors test other plants?", PAPER, ["no", "No"], None),
        ("Which colour did the bees' hive have?", PAPER, ["unanswerable"], None)]),
    "multifieldqa_en": ("en", [
        ("When was the lamp of Sable Rock made electric?", LIGHTHOUSE, ["It was made electric in 1931."], None),
        ("What does the mill do today?", RIVER, ["It lights the lamps of the quay."], None)]),
    "multifieldqa_zh": ("zh", [
        ("茶馆的招牌是谁写的？", ZH_STORY, ["林远山写的。"], None),
        ("招牌漂到了哪里？", ZH_STORY, ["下游的白石村。"], None)]),
    "hotpotqa": ("en", [
        ("On which island was the architect of Bellwick's town hall born?", " ".join(PASSAGES[::-1]), ["Corrie"], None),
        ("Which apple comes from the orchard planted in 1902?", " ".join(PASSAGES), ["Easton's Late"], None)]),
    "2wikimqa": ("en", [
        ("Did the planter of the orchard and the architect come from the same island?", " ".join(PASSAGES), ["yes"], None),
        ("In which town did the architect of Bellwick's town hall study?", " ".join(PASSAGES[1:]), ["Lund"], None)]),
    "musique": ("en", [
        ("When was the school of sailing founded in the village where Ruben Ash was born?", " ".join(PASSAGES), ["1960"],
         None),
        ("What roofed the hall of the town where Maud Easton planted an orchard?", " ".join(PASSAGES),
         ["slate", "the slate of Corrie"], None)]),
    "dureader": ("zh", [
        ("茶馆为什么改名叫回来茶馆？", ZH_STORY, ["因为招牌被大水冲走以后又被送了回来。"], None),
        ("现在的主人是谁？", ZH_STORY, ["林远山的孙女林秋。"], None)]),
    "gov_report": ("en", [
        ("", REPORT, ["Of 48 locks examined, 11 leak and 4 lack a spare gate. Repairs need three years and 14 million "
                      "crowns. Leaks come first, gates are to be shared, and a common diary is still under discussion."],
         None),
        ("", REPORT + " " + RIVER, ["The locks of the north need repair. A ferry was followed by two bridges."], None)]),
    "qmsum": ("en", [
        ("What was decided about the case?", MEETING, ["The case will be of cork, with one screw for the battery lid."],
         None),
        ("Why are six buttons enough?", MEETING, ["The people who were asked never used more than six."], None)]),
    "multi_news": ("en", [
        ("", "\n\n".join(NEWS), ["Harrow Sound keeps its tram. Line 4 returns in May with three rebuilt cars, and the "
                                 "depot becomes a small museum."], None),
        ("", NEWS[1] + "\n\n" + LIGHTHOUSE, ["A tram is saved, and a lighthouse has a painter."], None)]),
    "vcsum": ("zh", [
        ("", ZH_MEETING, ["会议讨论图书馆的开放时间，决定试行一个学期，晚上开到九点半，由学生会协助值班。"], None),
        ("", ZH_MEETING + "\n" + ZH_STORY, ["会议决定图书馆晚上开到九点半。"], None)]),
    "trec": ("en", [
        ("Question: Who opened the stone bridge?\nType:", TREC, ["Person"], TYPES),
        ("Question: How many stripes is the record?\nType:", TREC, ["Number"], TYPES),
        ("Question: When was the orchard planted?\nType:", TREC, ["Date of an event"], TYPES)]),
    "triviaqa": ("en", [
        ("Passage:\nThe ferry crossed the river Aldera at Low Quay.\nQuestion: Where did the ferry cross?\nAnswer:", TRIVIA,
         ["Low Quay", "at Low Quay"], None),
        ("Passage:\nThe raven rang the fog bell.\nQuestion: Who rang the fog bell?\nAnswer:", TRIVIA,
         ["The raven", "a raven"], None)]),
    "samsum": ("en", [
        ("Dialogue: Eva: {is} the soup ready?\nFinn: in ten minutes, bring bread\nSummary: ", SAMSUM,
         ["The soup is ready in ten minutes. Eva should bring bread."], None),
        ("Dialogue: Gil: I lost the key again\nHana: it is in the cork case\nSummary: ", SAMSUM,
         ["Gil lost the key. It is in the cork case."], None)]),
    "lsht": ("zh", [
        ("新闻：学校决定延长图书馆的开放时间。\n类别：", LSHT, ["教育"], LSHT_TYPES),
        ("新闻：渡船停运，改由新桥通行。\n类别：", LSHT, ["交通"], LSHT_TYPES)]),
    "passage_count": ("en", [
        ("", paragraphs([0, 1, 0, 2]), ["3"], None), ("", paragraphs([3, 3, 3]), ["1"], None)]),
    "passage_retrieval_en": ("en", [
        ("Mules with bells of different notes carried a mineral over the mountains.", paragraphs([2, 0, 1, 3]),
         ["Paragraph 3"], None),
        ("Bent wood, softened by heat, becomes a vessel.", paragraphs([0, 1, 2, 3]), ["Paragraph 1"], None)]),
    "passage_retrieval_zh": ("zh", [
        ("介绍怎样把海水变成盐。", "\n\n".join(ZH_PARAGRAPHS), ["段落1"], None),
        ("说明怎样测量积雪的高度。", "\n\n".join(ZH_PARAGRAPHS), ["段落2"], None)]),
    "lcc": ("en", [
        ("", CODE, ["        return sum(self.counts.values())"], None),
        ("", CODE_2, ["        return None"], None)]),
    "repobench-p": ("en", [
        ("from basket import Basket\n\nbasket = Basket()\nbasket.add(\"apple\", 3)\n", CODE,
         ["print(basket.total())"], None),
        ("from numbers import mean\n\nvalues = [1, 2, 6]\n", CODE_2, ["print(mean(values))"], None)]),
}

IN_E = ["qasper", "multifieldqa_en", "hotpotqa", "2wikimqa", "gov_report", "multi_news", "trec", "triviaqa", "samsum",
        "passage_count", "passage_retrieval_en", "lcc", "repobench-p"]

QUESTION = "Text:\n{context}\n\nAnswer the question from the text in a few words.\nQuestion: {input}\nAnswer:"
QUESTION_ZH = "原文：\n{context}\n\n请根据原文用几个字回答问题。\n问题：{input}\n回答："
SUMMARY = "Text:\n{context}\n\nSay in a few sentences what the text says.\nSummary:"

PROMPTS = {name: QUESTION for name in ["narrativeqa", "qasper", "multifieldqa_en", "hotpotqa", "2wikimqa", "musique", "qmsum"]}
PROMPTS |= {name: QUESTION_ZH for name in ["multifieldqa_zh", "dureader"]}
PROMPTS |= {name: SUMMARY for name in ["gov_report", "multi_news"]}
PROMPTS |= {
    "vcsum": "会议记录：\n{context}\n\n请用几句话总结会议内容。\n总结：",
    "trec": "Name the type of each question, as in the examples.\n\n{context}\n{input}",
    "triviaqa": "Answer each question from its passage, as in the examples.\n\n{context}\n\n{input}",
    "samsum": "Write a summary of each dialogue, as in the examples.\n\n{context}\n\n{input}",
    "lsht": "请写出每条新闻的类别，如下例。\n\n{context}\n{input}",
    "passage_count": "{context}\n\nSome paragraphs above stand there more than once. How many different ones are there? "
                     "Give only the number.\nNumber: ",
    "passage_retrieval_en": "{context}\n\nWhich paragraph does this describe?\n{input}\n\nAnswer in the form Paragraph 1.\n"
                            "Answer: ",
    "passage_retrieval_zh": "{context}\n\n下面的话说的是哪一段？\n{input}\n\n请用“段落1”这样的形式回答。\n回答：",
    "lcc": "Write the next line of this program.\n{context}The next line is:\n",
    "repobench-p": "Write the next line of this program.\n{context}{input}The next line is:\n",
}
LIMITS = {
    "narrativeqa": 32, "qasper": 32, "multifieldqa_en": 32, "multifieldqa_zh": 32, "hotpotqa": 16, "2wikimqa": 16,
    "musique": 16, "dureader": 32, "gov_report": 64, "qmsum": 64, "multi_news": 64, "vcsum": 64, "trec": 16, "triviaqa": 16,
    "samsum": 32, "lsht": 16, "passage_count": 8, "passage_retrieval_en": 8, "passage_retrieval_zh": 8, "lcc": 32,
    "repobench-p": 32,
}


def write(name, dataset, language, rows):
    lines = []
    for number, (question, context, answers, classes) in enumerate(rows):
        length = len(context) if language == "zh" else len(context.split())
        # LongBench-E's buckets begin at 4000 and 8000 words; the sample only pretends to be that long.
        if name.endswith("_e"):
            length += 4000 * number
        lines.append(json.dumps({
            "input": question, "context": context, "answers": answers, "length": length, "dataset": dataset,
            "language": language, "all_classes": classes, "_id": f"sample-{name}-{number + 1}"}, ensure_ascii=False))
    (HERE / "data").mkdir(exist_ok=True)
    (HERE / "data" / f"{name}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


for dataset, (language, rows) in DATA.items():
    write(dataset, dataset, language, rows)
    if dataset in IN_E:
        write(dataset + "_e", dataset, language, rows)
(HERE / "config").mkdir(exist_ok=True)
for name, content in [("dataset2prompt", {k: PROMPTS[k] for k in DATA}), ("dataset2maxlen", {k: LIMITS[k] for k in DATA})]:
    text = json.dumps(content, ensure_ascii=False, indent=2)
    (HERE / "config" / f"{name}.json").write_text(text + "\n", encoding="utf-8")
