#!/usr/bin/env python3
"""Makes squad.json and hotpotqa.json: questions and documents of this project's own, in the official files' forms.

Run it from anywhere: python3 generate.py. The same files each time. Facts about invented people in invented towns; a question has one answer, which stands in one
document (squad.json) or has to be joined from two (hotpotqa.json).
"""
import json
import random
from pathlib import Path

HERE = Path(__file__).resolve().parent

NAMES = ["Abel", "Berta", "Cosmo", "Dorit", "Emil", "Frida", "Gustav", "Hanna", "Ivar", "Judith", "Karel", "Lotte",
         "Magnus", "Nella", "Oskar", "Petra", "Quirin", "Rosa", "Sander", "Thea", "Ulf", "Vera", "Wanda", "Yorick"]
PLACES = ["Arlund", "Brenholt", "Carsmoor", "Dunwick", "Elmstead", "Farrow", "Gantry", "Holmsea", "Ingleby", "Jarrow",
          "Kelderby", "Lowmoor", "Marlock", "Norrbeck", "Oakhythe", "Pellworm", "Quarley", "Ravnsund", "Selby", "Tarn"]
TRADES = ["baker", "clockmaker", "dyer", "ferryman", "glazier", "joiner", "potter", "saddler", "shepherd", "weaver"]
THINGS = ["a blue lantern", "a brass compass", "a clay whistle", "an oak chest", "a red kite", "a silver spoon",
          "a slate board", "a wool blanket", "a tin drum", "a glass bead"]
EXTRA = ["The winters there are long and the harbour freezes over.", "On market days the square is full by nine.",
         "A stone bridge leads over the river, and nobody remembers who built it.",
         "The mill stands empty since the flood, but its wheel still turns.",
         "Every autumn the geese rest on the common for a week.", "The road to the coast was paved only lately.",
         "An old song about the place has eleven verses.", "Its bell is cracked and sounds lower than it should."]


def squad():
    rng = random.Random(1)
    articles = []
    for index, place in enumerate(PLACES):
        paragraphs = []
        for number in range(3):
            name, trade, thing = rng.choice(NAMES), rng.choice(TRADES), rng.choice(THINGS)
            year = rng.randint(1711, 1899)
            context = (f"In {place} lived {name} the {trade}, who came there in {year} with {thing}. "
                       + " ".join(rng.sample(EXTRA, 3)))
            questions = [
                (f"What did {name} the {trade} bring to {place}?", [thing, thing.split(" ", 1)[1]], False),
                (f"In which year did {name} the {trade} come to {place}?", [str(year)], False),
                (f"Whom did {name} the {trade} marry in {place}?", [], True),
            ]
            paragraphs.append({"context": context, "qas": [
                {"id": f"{index}-{number}-{q}", "question": text, "is_impossible": impossible,
                 "answers": [{"text": a, "answer_start": context.index(a)} for a in answers]}
                for q, (text, answers, impossible) in enumerate(questions)]})
        articles.append({"title": place, "paragraphs": paragraphs})
    return {"version": "own", "data": articles}


def hotpot():
    rng = random.Random(2)
    rows = []
    for index in range(24):
        name, place, trade = NAMES[index], rng.choice(PLACES), rng.choice(TRADES)
        founder, thing = rng.choice([n for n in NAMES if n != name]), rng.choice(THINGS)
        person, house = f"{name} of {place} {index}", f"The {trade}s' house of {place} {index}"
        documents = [
            [person, [f"{person} is a {trade}.", f" The guild of {name} meets in {house}.", " " + rng.choice(EXTRA)]],
            [house, [f"{house} was founded by {founder}.", f" Its sign is {thing}.", " " + rng.choice(EXTRA)]],
        ]
        for other in range(8):
            title = f"{rng.choice(PLACES)} {index}.{other}"
            documents.append([title, [f"{title} is a village.", " " + rng.choice(EXTRA), " " + rng.choice(EXTRA)]])
        rng.shuffle(documents)
        rows.append({"_id": f"own{index}", "question": f"Who founded the house in which the guild of {person} meets?",
                     "answer": founder, "context": documents})
    return rows


def main():
    for name, value in (("squad.json", squad()), ("hotpotqa.json", hotpot())):
        (HERE / name).write_text(json.dumps(value, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")


main()
