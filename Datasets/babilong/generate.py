#!/usr/bin/env python3
"""Writes the BABILong-shaped sample beside this file: data/qaN/LENGTH.json, for qa1 to qa5 and 0k, 1k, 2k.

Facts, questions and the text around them were written for this project; nothing comes from bAbI or from books. The answers
are the labels that the benchmark's scorer knows. Lengths are estimated: a thousand tokens are taken for 4,000 characters,
less the 300 tokens that the benchmark leaves for the prompt.
Run it from anywhere: python3 generate.py
"""
import json
import random
from pathlib import Path

HERE = Path(__file__).resolve().parent
PLACES = ["bathroom", "bedroom", "garden", "hallway", "kitchen", "office"]
PEOPLE = ["Bill", "Fred", "Jeff", "Mary"]
THINGS = ["apple", "football", "milk"]
WALKS = ["{p} walked to the {r}.", "{p} is in the {r} now.", "{p} hurried over to the {r}."]
ROWS = 8

OPENINGS = ["In those years", "On the third morning", "Before the snow came", "That spring", "After the fair", "Once more",
            "Towards evening", "When the tide was out", "Some said that", "By then"]
SUBJECTS = ["the ferryman", "a travelling clockmaker", "the schoolmaster's aunt", "nobody in the valley", "the old surveyor",
            "a boy with a lantern", "the last of the shepherds", "our neighbour", "the woman from the mill", "every second sailor"]
VERBS = ["remembered", "spoke of", "walked past", "drew a map of", "dreamt about", "mended", "bought", "could not find",
         "wrote letters about", "kept silent about"]
OBJECTS = ["the wooden bridge", "a kettle of copper", "the road to the coast", "the bell that cracked", "an unpaid bill",
           "the four white geese", "a song without an end", "the broken weather vane", "a box of candles", "the flooded quarry"]


def filler(rng, characters):
    sentences, length = [], 0
    while length < characters:
        sentence = f"{rng.choice(OPENINGS)} {rng.choice(SUBJECTS)} {rng.choice(VERBS)} {rng.choice(OBJECTS)}."
        sentences.append(sentence)
        length += len(sentence) + 1
    return sentences


def walk(rng, person, place):
    return rng.choice(WALKS).format(p=person, r=place)


def story(task, rng):
    people = rng.sample(PEOPLE, 3)
    places = rng.sample(PLACES, 5)
    thing = rng.choice(THINGS)
    if task == "qa1":
        facts = [walk(rng, people[0], places[0]), walk(rng, people[1], places[1]), walk(rng, people[0], places[2])]
        return facts, f"Where is {people[0]}? ", places[2]
    if task == "qa2":
        facts = [walk(rng, people[0], places[0]), f"{people[0]} picked up the {thing}.", walk(rng, people[1], places[1]),
                 walk(rng, people[0], places[2])]
        return facts, f"Where is the {thing}? ", places[2]
    if task == "qa3":
        facts = [f"{people[0]} picked up the {thing}.", walk(rng, people[0], places[0]), walk(rng, people[1], places[3]),
                 walk(rng, people[0], places[1])]
        return facts, f"Where was the {thing} before the {places[1]}? ", places[0]
    if task == "qa4":
        facts = [f"The {places[0]} is north of the {places[1]}.", f"The {places[2]} is south of the {places[1]}."]
        return facts, f"What is north of the {places[1]}? ", places[0]
    facts = [f"{people[0]} picked up the {thing}.", f"{people[0]} handed the {thing} to {people[1]}.",
             walk(rng, people[2], places[0])]
    return facts, f"Who gave the {thing} to {people[1]}? ", people[0]


def row(task, thousands, rng):
    facts, question, target = story(task, rng)
    text = filler(rng, max(0, thousands * 1000 - 300) * 4) if thousands else []
    for place, fact in reversed(list(zip(sorted(rng.randint(0, len(text)) for _ in facts), facts))):
        text.insert(place, fact)
    return {"input": " ".join(text), "question": question, "target": target}


def main():
    for task in ("qa1", "qa2", "qa3", "qa4", "qa5"):
        for thousands in (0, 1, 2):
            rng = random.Random(f"{task} {thousands}")
            rows = [row(task, thousands, rng) for _ in range(ROWS)]
            path = HERE / "data" / task / f"{thousands}k.json"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(rows, indent=0) + "\n", encoding="utf-8")


main()
