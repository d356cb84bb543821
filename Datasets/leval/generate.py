#!/usr/bin/env python3
"""Writes the L-Eval-shaped sample beside this file: data/*.jsonl and prompts.json.

Every text here was written for this project; nothing comes from L-Eval itself.
Run it from anywhere: python3 generate.py
"""
import json
from pathlib import Path

HERE = Path(__file__).resolve().parent

LECTURE = """Good morning. Last week we looked at clay; today it is ink. Ink from oak galls begins pale and turns black while it
dries, because it takes up oxygen. Monks liked it, since it bites into parchment and cannot be rubbed out. It has one fault: with
too much iron it eats the page. So a careful scribe tried a new batch on a scrap first and waited for a week. Printers could not
use it at all, for it runs off metal; they cooked their own ink from linseed oil and soot. Next time we bind a book, and each of you
brings a needle and a piece of linen thread."""

COURSE = """Lesson 3. A map is a drawing of where things are, and a scale says how far apart. Large scale means a small area with
many details; small scale means a large area with few. Contour lines join points of equal height: where they are close, the slope is
steep. A legend explains the signs. North is usually at the top, but a map is free to choose. Check a map's date before you trust it,
since rivers move and roads are built."""

STORY = """On the planet Verrin the sky rains upward every ninth evening. Captain Ilse Brandt of the ship Heron needed water, so she hung
her buckets upside down from the mast. The people of Verrin, who are the size of teapots and live for three hundred years, laughed
until they rolled. They told her that the rain would not stay in a bucket that did not ask for it. So the captain asked, politely, in
their language of whistles, and the buckets filled. When the Heron left, a small Verrinian named Tip was found asleep in the flour. He
became the ship's pilot, because he could remember every star that he had ever seen."""

TALK = """USER: I would like to talk about the keeping of bees. ASSISTANT: Gladly. What would you like to know? USER: How do they
keep warm in winter? ASSISTANT: They sit close together and shiver. USER: Thank you, that ends our talk about bees. Let us speak about
the painting of doors. ASSISTANT: A fine topic. USER: Which colour lasts? ASSISTANT: Red ochre does. USER: Good. That ends the doors.
Now I would like to talk about the tuning of bells. ASSISTANT: With pleasure. USER: How is it done? ASSISTANT: Metal is shaved from the
inside. USER: Thank you."""

SUMS = """Question: A boat carries 6 sheep on each trip. How many trips do 30 sheep need?
Let us go step by step
30 sheep divided by 6 are 5 trips.
The answer is 5

Question: Nora has 3 jars with 12 plums each and eats 4 plums. How many are left?
Let us go step by step
3 times 12 are 36 plums. 36 less 4 are 32.
The answer is 32

"""

PROGRAM = """def double(x):
    # Twice the value.
    return 2 * x


def pick(values, n):
    # The first n of the sorted values.
    return sorted(values)[:n]


def turn(values):
    # From the last to the first.
    return values[::-1]


print(turn(pick([4, double(1), 9], 2)))
"""

CALL = """Good afternoon and welcome to the results of Alder Bicycles for the third quarter. We sold 41 thousand bicycles, 6 percent more
than a year ago. Sales were 29 million crowns. The new works in Torm began in August, two weeks early. Steel was dearer, so our margin
fell by one point. For the coming year we expect 120 million crowns. We close the shop in Gant and open two in Lund."""

CONTRACT = """This agreement is made between the Mill of Aldera ("Lessor") and Holt Bakers ("Lessee"). The Lessee rents the upper floor for
five years from 1 March 2020. The rent is 900 crowns a month, due on the third day. Either party may end the agreement with six months'
notice in writing. The Lessee shall not store flour in the stairwell. Disputes are brought before the court of Gant."""

MEETING = """Chair: The festival needs a date. Lena: June is full, I propose the second week of July. Omar: The stage is ours until the 14th.
Chair: Then the 12th and 13th. Who asks the choir? Lena: I do. Omar: We have 4,000 crowns, and the lights cost half of it. Chair: Then no
fireworks this year. Lena: Lanterns would do, the school makes them. Chair: Agreed."""

FORMS = """[1] A fishing card is valid for one year. It is bought at the lock. [2] Whoever loses a card gets a new one for 5 crowns within a
month, and pays the full price later. [3] Children below twelve need no card when a grown-up with a card is beside them. [4] Fish under
30 centimetres go back into the water."""

TALE = """The clockmaker Wenzel had three daughters and one clock that would not strike. The eldest oiled it, the second scolded it, and the
youngest, Ada, sat down and listened. At midnight she heard a mouse breathe behind the wheels. She put cheese on the stairs, the mouse
came out, and the clock struck thirteen, once for every hour that it owed the town and one for thanks."""

PAGE = """<H1> Harrow Sound </H1> <P> Harrow Sound is a harbour town of 14,000 people on the west coast. It was founded in 1291. </P>
<P> The tram of Harrow Sound opened on 2 May 1926 and has one line, number 4. </P> <P> The Herring Fair is held on the last Saturday of
September. </P>"""

NEWS = """A seal has blocked the ferry of Low Quay for three days. It sleeps on the ramp and cannot be moved, because it is protected.
Passengers are carried across by fishing boats, free of charge. The harbour master said on Friday that the seal had been given a name,
Matilda, and that the ferry would wait. A bakery sells seals of marzipan."""

ARTICLE = """1 Introduction. Swifts return to the same roof each year. We ask how they find it when the roof was changed. 2 Method. We
covered 12 of 24 nest holes with cloth of another colour before the birds came back. 3 Results. All birds found their roof; those with
coloured cloth took 40 minutes longer to enter. 4 Discussion. Place seems to matter more than look."""

PATENT = """The invention concerns a rake whose teeth fold. Known rakes are wide and do not fit into a small shed. According to the
invention the teeth are fixed to two rods that turn against each other like scissors. A spring keeps the rake open; a ring on the handle
closes it. In one embodiment the teeth are of ash wood. The folded rake is no wider than a hand."""

REVIEWS = """Review 0: The room was small but clean, and the window faced the river. Review 1: Breakfast is the best in town; try the plum
bread. Review 2: The lift was out of order for all four days. Review 3: The staff found my lost glove and sent it after me. Review 4: You
hear the bells at six, every day."""

SCENE = """[The hall, evening. Vera carries a ladder.] Vera: Nobody knows who took the bulb. Max: It was dark, so how would they. (He hides
a hand.) Vera: Show me. Max: It is only warm from the pocket. (He gives her the bulb.) I wanted to read in the shed. Vera: Then ask. (She
gives him a candle and a look.)"""

# task: evaluation, rows of (document, [(instruction, output)])
CHOICES = "\nA. {}\nB. {}\nC. {}\nD. {}"


def choice(question, *options):
    return question + CHOICES.format(*options)


DATA = {
    "tpo": ("exam", [(LECTURE, [
        (choice("Why did monks like ink from oak galls?", "It was cheap", "It bites into parchment", "It smells good",
                "It dries at once"), "B"),
        (choice("What should each student bring next time?", "A needle and thread", "Clay", "Soot", "Parchment"), "A"),
        (choice("Why could printers not use this ink?", "It was forbidden", "It was pale", "It runs off metal",
                "It was dear"), "C")])]),
    "gsm100": ("exam", [
        (SUMS, [("Question: Six children share 42 nuts. How many does each get?\nLet us go step by step", "7")]),
        (SUMS, [("Question: A mill turns 8 times a minute. How often in a quarter of an hour?\nLet us go step by step", "120")]),
    ]),
    "quality": ("exam", [(TALE, [
        ("What did the youngest daughter do first?\n\n (A) She oiled the clock. \n (B) She listened. \n (C) She scolded it. "
         "\n (D) She sold it. ", "(B) She listened."),
        ("How often did the clock strike?\n\n (A) Twelve times. \n (B) Once. \n (C) Never. \n (D) Thirteen times. ",
         "(D) Thirteen times.")])]),
    "coursera": ("exam", [(COURSE, [
        (choice("Question 1. Which statements about scale are true?", "Large scale shows a small area",
                "Large scale shows few details", "Small scale shows a large area", "Scale is the colour"), "AC"),
        (choice("Question 2. What do close contour lines mean?", "Water", "A steep slope", "A road", "An old map"), "B")])]),
    "topic_retrieval_longchat": ("exam", [(TALK, [
        ("Which topic came first? Only name it.", "the keeping of bees"),
        ("Which topic came second? Only name it.", "the painting of doors"),
        ("Which topic came third? Only name it.", "the tuning of bells")])]),
    "codeU": ("exam", [(PROGRAM, [("What does the program print?", "[4, 2]")])]),
    "sci_fi": ("exam", [(STORY, [
        ("Rain falls from below on some evenings, True or False? Answer by the story.", "True [fact: False]"),
        ("A being can live for three hundred years and be the size of a teapot, True or False? Answer by the story.",
         "True [fact: False]"),
        ("Buckets are used to hold water, True or False? Answer by the story.", "True [fact: True]")])]),
    "financial_qa": ("f1", [(CALL, [
        ("By how much did sales of bicycles grow?", "6 percent more than a year ago"),
        ("Which shops are closed and opened?", "The shop in Gant is closed, and two are opened in Lund")])]),
    "gov_report_summ": ("rouge", [
        (FORMS, [("Summarise these rules.", "Fishing needs a card, valid for a year. Children may fish beside a card holder. "
                                            "Lost cards are replaced cheaply within a month, and small fish go back.")])]),
    "legal_contract_qa": ("f1", [(CONTRACT, [
        ("For how long is the floor rented?", "five years from 1 March 2020"),
        ("How may the agreement be ended?", "by either party with six months' notice in writing")])]),
    "meeting_summ": ("rouge", [(MEETING, [
        ("Sum up the meeting.", "The festival is on 12 and 13 July. Lena asks the choir. There is money for lights but not for "
                                "fireworks, so the school makes lanterns.")])]),
    "multidoc_qa": ("f1", [(FORMS, [
        ("What does a lost card cost within a month?", "5 crowns"),
        ("Who needs no card?", "children below twelve beside a grown-up with a card")])]),
    "narrative_qa": ("f1", [(TALE, [("What was behind the wheels?", "a mouse"), ("Who listened to the clock?", "Ada")])]),
    "natural_question": ("f1", [(PAGE, [
        ("when did the tram of harrow sound open", "2 May 1926"), ("how many people live in harrow sound", "14,000")])]),
    "news_summ": ("rouge", [(NEWS, [
        ("Sum up the news.", "A protected seal named Matilda sleeps on the ramp of Low Quay, so fishing boats replace the "
                             "ferry.")])]),
    "paper_assistant": ("rouge", [(ARTICLE, [
        ("Write an abstract of the paper.", "Swifts find a roof that was changed, but need 40 minutes longer to enter. Place "
                                            "matters more than look.")])]),
    "patent_summ": ("rouge", [(PATENT, [
        ("Sum up the patent.", "A rake with two rods that fold like scissors, held open by a spring, is narrow when folded.")])]),
    "review_summ": ("rouge", [
        (REVIEWS, [("Sum up what guests say.", "Clean rooms, a fine breakfast and kind staff; the lift failed and the bells ring "
                                               "early.")])]),
    "scientific_qa": ("f1", [(ARTICLE, [
        ("How many nest holes were covered?", "12 of 24"), ("Did all birds find their roof?", "yes, all birds")])]),
    "tv_show_summ": ("rouge", [(SCENE, [
        ("Sum up the scene.", "Vera finds out that Max took the bulb to read in the shed, and gives him a candle.")])]),
}

# A second document of these tasks is for a judge, as some are in L-Eval.
JUDGED = {
    "news_summ": ("LLM", (SCENE, [("Sum up what happened.", "A bulb was missing, and Max had it.")])),
    "financial_qa": ("human", (CALL, [("What is expected for the coming year?", "sales of 120 million crowns")])),
}


def row(evaluation, document, pairs):
    return json.dumps({
        "instructions": [question for question, _ in pairs], "outputs": [answer for _, answer in pairs], "input": document,
        "source": "written for se-eval", "evaluation": evaluation}, ensure_ascii=False)


(HERE / "data").mkdir(exist_ok=True)
for task, (evaluation, rows) in DATA.items():
    lines = [row(evaluation, document, pairs) for document, pairs in rows]
    if task in JUDGED:
        kind, (document, pairs) = JUDGED[task]
        lines.append(row(kind, document, pairs))
    (HERE / "data" / f"{task}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")

# Two tasks show the format of prompts.json; the others take the wording that is built in.
PROMPTS = {"format": "leval-prompts/1", "tasks": {
    "tpo": {"system": "Read the talk and answer with one letter. ",
            "user": "The talk:\n{document}\n\nThe question:\n{question}\n\nThe letter: "},
    "meeting_summ": {"system": "Read the minutes and do what is asked. ",
                     "user": "The minutes:\n{document}\n\n{question} Take about {words} words.\n\nAnswer: "}}}
(HERE / "prompts.json").write_text(json.dumps(PROMPTS, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
