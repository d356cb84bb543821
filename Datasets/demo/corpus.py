#!/usr/bin/env python3
"""The text generator of the demonstration model: every document is made here, from word lists and templates.

A document is a list of pieces (sentences).  Inside a piece the marks \\x01 ... \\x02 enclose an *answer*: text that
can be known only by looking something up earlier in the same document.  The marks never reach the tokenizer; they
give those tokens a larger weight in the training loss.  \\x03 ... \\x04 enclose text that nobody can know (weight 0).

  story      narration about people; every fact about a person stays fixed and comes back at all distances, so that
             a model that can use more context has a lower perplexity (the perplexity is measured on this kind)
  passkey    filler with one key in it, and a question for the key; wording drawn anew for every document
  needle     one to four facts in filler, asked for at the end in another order
  directory  "name: value;" entries, then queries
  pairs      a JSON object of random keys and values, then queries
  copy       a run of words or digits, and the same run again
  shots      word -> word mappings, repeated in another order
  repeat     random tokens, and the same tokens again (made of token ids, not of text)

All randomness comes from random.Random(text), whose text names the stream: training streams begin with `train:`,
the tokenizer's with `tokenizer:`, those of the evaluation with `eval:`.

  python3 corpus.py            prints an example of every kind
  python3 corpus.py --stories  writes stories/*.txt (needs model/tokenizer.json)
"""
import json
import math
import os
import random
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ANSWER, END_ANSWER, NOISE, END_NOISE = "\x01", "\x02", "\x03", "\x04"
ANSWER_WEIGHT = 3
BOS, EOS = 1, 2

with open(os.path.join(HERE, "passkey-wording.json"), encoding="utf-8") as file:
    WORDINGS = {w["name"]: w for w in json.load(file)["wordings"]}


def stream(*names):
    """The random numbers of one named stream."""
    return random.Random(":".join(map(str, names)))


def answer(text):
    return ANSWER + text + END_ANSWER


# ---------------------------------------------------------------------------------------------------- word lists
GIVEN = """Agnes Albert Alma Anton Berta Bruno Carla Conrad Daria Edgar Elsa Erik Flora Fritz Gerda Gina Hugo Ida
Ivan Jana Jonas Kira Laura Leo Lotte Marco Marta Mia Nils Olga Oskar Pavel Rita Robin Sonja Stella Theo Tilda Ulla
Viktor Wilma Zora""".split()
ONSET = "b br d dr f fl g gr h j k kl l m n p pr r s st t tr v w z".split()
NUCLEUS = "a e i o u ai ea".split()
CODA = "l n r s m nd lt sk ster ton den mar vik".split()
JOB = """baker farmer teacher doctor painter sailor miller tailor singer driver gardener hunter writer judge clerk
smith nurse pilot cook guard carpenter weaver barber""".split()
ANIMAL = "dog cat horse goat cow parrot rabbit donkey goose sheep turtle fox snake mouse pig duck owl pony".split()
FOOD = "bread cheese soup rice beans fish honey apples pears cake onions eggs butter plums nuts cabbage pie".split()
COLOR = "red blue green yellow black white brown grey pink purple silver golden".split()
THING = """lamp table chair door window box bag book map ring coin knife cup plate bottle rope basket clock mirror
hat coat boat cart wheel drum flute candle letter stone ladder bell brush blanket bridge tower kettle stove roof
garden barn mill shop school church market station library kitchen cellar fence gate well""".split()
PLACE = "river hill forest lake valley field road village town island mountain coast meadow square street bay".split()
ADJECTIVE = """old new small large quiet loud dark bright cold warm clean dusty heavy light long short deep narrow
wide empty full broken simple strange famous pretty plain steep calm busy rough soft sharp dull rusty round""".split()
TIME = """in the morning|in the evening|at noon|at night|after lunch|in spring|in summer|in autumn|in winter|
on Monday|on Friday|all day|every week|for a while|last year""".replace("\n", "").split("|")
VERB = "walked ran looked waited slept worked sang talked rested played read stood sat hid laughed stayed".split()
DID = "found lost bought sold carried cleaned broke fixed painted moved opened closed watched took kept made".split()
WHERE = "near|behind|under|above|beside|inside|outside|beyond|next to".split("|")
WEATHER = "rain snow wind fog sun storm thunder frost heat mist".split()
WORDS = sorted(set(JOB + ANIMAL + FOOD + COLOR + THING + PLACE + ADJECTIVE + VERB + DID + WEATHER))


def digits(r, n, alphabet="0123456789"):
    return "".join(r.choice(alphabet) for _ in range(n))


def number(r, lengths=(3, 4, 5, 5, 6)):
    """A number of one of the given lengths; a third of them from few different digits, which are harder to copy."""
    n = r.choice(lengths)
    return digits(r, n, r.sample("0123456789", r.choice([2, 3]))) if r.random() < 0.33 else digits(r, n)


def invented(r):
    """A name that exists nowhere else."""
    more = r.choice(ONSET) + r.choice(NUCLEUS) if r.random() < 0.35 else ""
    return (r.choice(ONSET) + r.choice(NUCLEUS) + more + r.choice(CODA)).capitalize()


def person(r):
    first = r.choice(GIVEN) if r.random() < 0.7 else invented(r)
    return first if r.random() < 0.4 else first + " " + invented(r)


def sentence_case(text):
    return text[0].upper() + text[1:]


def narration(r):
    """A sentence that states nothing anybody asks for."""
    adjective, thing, other = r.choice(ADJECTIVE), r.choice(THING), r.choice(THING)
    forms = [
        lambda: f"The {adjective} {thing} was {r.choice(WHERE)} the {r.choice(PLACE)}.",
        lambda: f"There was a {adjective} {thing} {r.choice(WHERE)} the {other}.",
        lambda: f"The {r.choice(JOB)} {r.choice(VERB)} {r.choice(TIME)}.",
        lambda: f"The {r.choice(WEATHER)} came {r.choice(TIME)} and the {r.choice(PLACE)} was {adjective}.",
        lambda: f"A {r.choice(JOB)} {r.choice(DID)} the {adjective} {thing}.",
        lambda: f"It was {adjective} {r.choice(WHERE)} the {r.choice(PLACE)}, and nobody {r.choice(VERB)}.",
        lambda: f"The {r.choice(ANIMAL)} {r.choice(VERB)} {r.choice(WHERE)} the {thing}.",
        lambda: f"They {r.choice(DID)} a {thing} and a {other}, and then they {r.choice(VERB)} {r.choice(TIME)}.",
        lambda: f"The {thing} is {adjective} and the {other} is {r.choice(ADJECTIVE)}.",
        lambda: f"The {thing} is {r.choice(WHERE)} the {other}.",
        lambda: f"{sentence_case(r.choice(TIME))} the {r.choice(JOB)} {r.choice(VERB)}.",
    ]
    return r.choice(forms)()


# --------------------------------------------------------------------------------------------------------- story
FACTS = {  # attribute: (value, statements, question)
    "town": (invented, ["{n} lives in{v}.", "The home of {n} is in{v}.", "{n} comes from{v}."],
             "Where does {n} live?"),
    "job": (lambda r: "the " + r.choice(JOB), ["{n} is{v}.", "{n} works as{v}."], "What is the job of {n}?"),
    "animal": (lambda r: f"a {r.choice(COLOR)} {r.choice(ANIMAL)}", ["{n} keeps{v}.", "{n} owns{v}."],
               "What does {n} keep?"),
    "food": (lambda r: f"{r.choice(FOOD)} with {r.choice(FOOD)}", ["{n} likes{v}.", "{n} eats{v}."],
             "What does {n} like?"),
    "number": (number, ["The number of {n} is{v}.", "{n} has the number{v}."], "What is the number of {n}?"),
    "friend": (person, ["{n} is a friend of{v}.", "{n} often meets{v}."], "Who is the friend of {n}?"),
    "thing": (lambda r: f"the {r.choice(ADJECTIVE)} {r.choice(THING)}", ["{n} lost{v}.", "{n} looks for{v}."],
              "What did {n} lose?"),
}


class Story:
    """An endless stream of sentences in which facts stay fixed and come back at all distances."""

    def __init__(self, r, share_of_new=0.3):
        self.r, self.share_of_new = r, share_of_new
        self.people, self.facts, self.mentions = [], {}, []

    def old_fact(self):
        """Half of the time any known fact, otherwise the one mentioned a log-uniform number of mentions ago."""
        if self.r.random() < 0.5:
            return self.r.choice(list(self.facts))
        lag = 1 + int(math.exp(self.r.random() * math.log(len(self.mentions) + 1)))
        return self.mentions[-min(lag, len(self.mentions))]

    def sentence(self):
        r = self.r
        kind = r.random()
        if kind < 0.33:
            return narration(r)
        if not self.mentions or (kind < 0.88 and r.random() < self.share_of_new):
            if len(self.people) < 2 or r.random() < 0.35:
                self.people.append(person(r))
                name = self.people[-1]
            else:
                name = self.old_fact()[0]
            attribute = r.choice(list(FACTS))
        else:
            name, attribute = self.old_fact()
        make, statements, question = FACTS[attribute]
        known = (name, attribute) in self.facts
        if not known:
            self.facts[name, attribute] = make(r)
        self.mentions.append((name, attribute))
        value = " " + self.facts[name, attribute]
        if known:
            value = answer(value)
        if known and kind >= 0.88:
            return "Question: " + question.format(n=name) + " Answer:" + value + "."
        return r.choice(statements).format(n=name, v=value)


def story(r, size, budget):
    told, pieces, left = Story(r, r.uniform(0.15, 0.45)), [], budget
    while left > 0:
        pieces.append(told.sentence())
        left -= size(" " + pieces[-1])
    return pieces


# -------------------------------------------------------------------------------- filler, and documents built on it
def filler(r):
    """An endless stream of filler sentences.

    Mostly a cycle, as in passkey tests.  Short cycles matter: one or two sentences come back thirty times in one
    window, so that a key has to win against as many near misses as five sentences give at eight times the window.
    """
    kind = r.random()
    if kind < 0.2:
        while True:
            yield narration(r)
    if kind < 0.35:
        cycle = WORDINGS["train"]["filler"]
    elif kind < 0.5:   # the filler states numbers too, of other things
        cycle = [f"The {r.choice(ADJECTIVE)} {r.choice(THING)} is {number(r)}." for _ in range(r.randint(1, 3))]
        cycle += [narration(r) for _ in range(r.randint(0, 2))]
    elif kind < 0.6:   # no language at all
        word = lambda: invented(r).lower() if r.random() < share else r.choice(WORDS)
        share = r.choice([0.0, 0.5, 1.0])
        cycle = [sentence_case(" ".join(word() for _ in range(r.randint(2, 6))))
                 + r.choice([".", ".", "!", ";"]) for _ in range(r.randint(1, 5))]
    else:
        cycle = [narration(r) for _ in range(r.choice([1, 1, 2, 3, 4, 5, 6]))]
    place = r.randrange(len(cycle)) if r.random() < 0.3 else 0
    while True:
        yield cycle[place % len(cycle)]
        place += 1


def hide(r, size, opening, needles, tail, budget, filling, depths=None):
    """opening + filler with the needles at the depths (0...1, random where None) + tail, in at most budget tokens."""
    left = budget - sum(size(" " + s) for s in opening + needles + tail)
    fill = []
    while True:
        fill.append(next(filling))
        left -= size(" " + fill[-1])
        if left < 0:
            fill.pop()
            break
    if depths is None:
        depths = [r.choice([r.random(), r.random(), r.random(), r.random(), 0.0, 1.0]) for _ in needles]
    places = sorted(zip([round(d * len(fill)) for d in depths], range(len(needles))))
    pieces = list(opening)
    for i in range(len(fill) + 1):
        pieces += [needles[j] for place, j in places if place == i]
        pieces += fill[i:i + 1]
    return pieces + tail


OPENINGS = [
    "There is one fact in this text that matters. Look for it and do not forget it.",
    "A number stands somewhere below. Find it and learn it. I will ask you for it.",
    "Read the text. Most of it has no meaning. Keep the rest in mind.",
    "This is a test of memory.",
    "Read on and remember what you are told.",
]
KEY_SENTENCES = [
    "The {n} is{v}.", "The {n} is{v}.", "The {n} is{v}. Keep this number in mind.", "The {n} is{v}. Remember it.",
    "Remember that the {n} is{v}.", "Listen: the {n} is{v}!", "{p} says that the {n} is{v}.",
    "It is true that the {n} is{v}, and {s}", "The {n} is{v}. The {n} is{a}.", "Now the {n} is{v} and that is all.",
    "The {n}:{v}.", "{s} The {n} is{v}. {t}",
]
QUESTIONS = [
    "Now the text is over. What is the {n}? The {n} is{a}.", "What is the {n}? The {n} is{a}.",
    "What was the {n}? The {n} is{a}.", "Tell me the {n}. The {n} is{a}.", "{p} asks for the {n}. The {n} is{a}.",
    "Question: What is the {n}? Answer: The {n} is{a}.", "The {n} is{a}.", "So the {n} is{a}.",
]
NOUNS = "number key word name sign price answer total mark age".split()


def subject(r):
    """The name of the thing that is asked for."""
    return r.choice([
        lambda: "pass key", lambda: "pass key", lambda: r.choice(ADJECTIVE) + " " + r.choice(NOUNS),
        lambda: r.choice(ADJECTIVE) + " " + r.choice(THING), lambda: r.choice(NOUNS) + " of " + person(r),
        lambda: r.choice(THING) + " " + r.choice(NOUNS), lambda: r.choice(NOUNS),
        lambda: f"{r.choice(NOUNS)} of the {r.choice(ADJECTIVE)} {r.choice(THING)}",
        lambda: invented(r).lower() + " " + invented(r).lower(),
    ])()


def passkey(r, size, budget):
    if r.random() < 0.25:
        return passkey_as_tested(r, size, budget)
    name = subject(r)
    value = " " + r.choice([number(r, [3, 4, 5, 5, 5, 5, 6, 7, 8])] * 8 + [invented(r), person(r), r.choice(WORDS)])
    words = dict(n=name, v=value, a=answer(value), p=person(r), s=narration(r), t=narration(r))
    words["s"] = words["s"][0].lower() + words["s"][1:] if r.random() < 0.9 else words["s"]
    key, question = r.choice(KEY_SENTENCES).format(**words), r.choice(QUESTIONS).format(**words)
    opening = [r.choice(OPENINGS)] if budget > 100 and r.random() < 0.7 else []
    return hide(r, size, opening, [key], [question], budget, filler(r))


def passkey_as_tested(r, size, budget):
    """The training wording as the passkey task writes it."""
    w, key = WORDINGS["train"], number(r, [4, 5, 5, 5, 5, 6])
    opening = [w["opening"]] if budget > 100 else []
    cycle = endless(w["filler"])
    return hide(r, size, opening, [w["key"].format(key=key)], [w["question"] + answer(" " + key) + "."], budget, cycle)


def endless(sentences):
    while True:
        yield from sentences


def needle(r, size, budget):
    kinds = [
        ("The code of the {x} is{v}.", "What is the code of the {x}? The code of the {x} is{v}.", number),
        ("The {x} is kept in{v}.", "Where is the {x} kept? The {x} is kept in{v}.", invented),
        ("The {x} belongs to{v}.", "Who owns the {x}? The {x} belongs to{v}.", person),
        ("The word for the {x} is{v}.", "What is the word for the {x}? The word for the {x} is{v}.",
         lambda r: r.choice(WORDS)),
    ]
    count = min(r.choice([1, 2, 3, 4]), max(1, budget // 45))
    facts, questions = [], []
    for _ in range(count):
        (say, ask, make), x = r.choice(kinds), f"{r.choice(ADJECTIVE)} {r.choice(THING)}"
        value = " " + make(r)
        facts.append(say.format(x=x, v=value))
        questions.append(ask.format(x=x, v=answer(value)))
    r.shuffle(questions)
    opening = [r.choice(OPENINGS)] if budget > 120 and r.random() < 0.3 else []
    return hide(r, size, opening, facts, questions, budget, filler(r))


# --------------------------------------------------------------------------------------- documents without filler
def pairs(r, size, budget):
    key_length, value_length = r.choice([2, 3, 4]), r.choice([3, 4, 6])
    alphabet = r.choice(["0123456789", "0123456789abcdef"])
    entries, left, queries = {}, budget - 12, r.choice([1, 2, 3])
    while True:
        key, value = digits(r, key_length, alphabet), digits(r, value_length, alphabet)
        cost = size(f' "{key}": "{value}",')
        if entries and left - cost < queries * (2 * cost + 12):
            break
        left -= cost
        entries[key] = value
    keys = list(entries)
    lines = [f'"{k}": "{v}"' for k, v in entries.items()]
    pieces = ["JSON data:", "{" + lines[0]] + lines[1:]
    pieces = [pieces[0]] + [p + "," for p in pieces[1:-1]] + [pieces[-1] + "}"]
    for key in (r.choice(keys) for _ in range(queries)):
        pieces.append(f'The value of "{key}" is "{answer(entries[key])}".')
    return pieces


def directory(r, size, budget):
    value = r.choice([number, invented, lambda r: r.choice(WORDS)])
    name = r.choice([person, invented, lambda r: r.choice(WORDS)])
    entries, left, reserve = {}, budget - 6, budget * r.uniform(0.25, 0.65)
    while True:
        key, text = name(r), value(r)
        left -= size(f" {key}: {text};")
        if entries and left < reserve:
            break
        entries[key] = text
    pieces = ["List:"] + [f"{k}: {v};" for k, v in entries.items()] + ["Ask:"]
    while True:
        key = r.choice(list(entries))
        pieces.append(f"{key}:{answer(' ' + entries[key])};")
        left -= size(" " + pieces[-1])
        if left < 0:
            return pieces[:-1]


def copy(r, size, budget):
    pieces, left = [], budget
    while True:
        n, kind = r.randint(4, max(5, min(60, budget // 3))), r.randrange(3)
        alphabet = r.sample("0123456789", r.choice([2, 3, 5, 10]))
        run = [r.choice(alphabet) if kind == 0 else invented(r) if kind == 1 and r.random() < 0.4 else r.choice(WORDS)
               for _ in range(n)]
        new = [f"Say: {' '.join(run)}.", f"Again: {run[0]}{answer(' ' + ' '.join(run[1:]) + '.')}"]
        left -= sum(size(" " + p) for p in new)
        if left < 0:
            return pieces or ["Nothing."]
        pieces += new


def shots(r, size, budget):
    keys = r.sample(WORDS, r.randint(3, 14))
    target = {k: r.choice(WORDS) for k in keys}
    pieces, seen, left = ["Rules."], set(), budget
    while True:
        key = r.choice(keys)
        value = " " + target[key]
        pieces.append(f"{key} ->{answer(value) if key in seen else value},")
        seen.add(key)
        left -= size(" " + pieces[-1])
        if left < 4:
            return pieces[:-1]


KINDS = dict(story=story, passkey=passkey, needle=needle, directory=directory, pairs=pairs, copy=copy, shots=shots)
MIX = dict(story=0.36, passkey=0.22, needle=0.14, directory=0.08, pairs=0.06, copy=0.05, shots=0.03, repeat=0.06)


# -------------------------------------------------------------------------------------------------------- tokens
class Encoder:
    """Pieces with marks -> token ids and loss weights.

    Pieces are cut only where the tokenizer cuts too (before a space, around digits and punctuation), so that the
    result is the encoding of the whole text; `check` in train.py proves it on samples."""

    def __init__(self, tokenizer):
        self.tokenizer, self.cache = tokenizer, {}

    def piece(self, text):
        hit = self.cache.get(text)
        if hit is None:
            ids, weights, weight, start = [], [], 1, 0
            for i, c in enumerate(text + NOISE):
                if c in (ANSWER, END_ANSWER, NOISE, END_NOISE):
                    if i > start:
                        part = self.tokenizer.encode(text[start:i], add_special_tokens=False).ids
                        ids += part
                        weights += [weight] * len(part)
                    weight, start = {ANSWER: ANSWER_WEIGHT, NOISE: 0}.get(c, 1), i + 1
            hit = (ids, weights)
            if len(self.cache) < 100_000:
                self.cache[text] = hit
        return hit

    def size(self, text):
        return len(self.piece(text)[0])

    def document(self, pieces, newlines=False):
        ids, weights = [], []
        for i, p in enumerate(pieces):
            a, b = self.piece(p if i == 0 else ("\n" if newlines else " ") + p)
            ids += a
            weights += b
        return ids, weights


def text_of(pieces, newlines=False):
    text = ("\n" if newlines else " ").join(pieces)
    for mark in (ANSWER, END_ANSWER, NOISE, END_NOISE):
        text = text.replace(mark, "")
    return text


class Rows:
    """Endless training rows of window + 1 tokens, with their loss weights.

    Story rows are consecutive cuts, at any token, of one long story, so that most begin in the middle.  Any other row
    holds one document of a random length up to the row, and story text behind it when it is shorter."""

    def __init__(self, r, encoder, window, mix, vocabulary):
        self.r, self.encoder, self.window, self.vocabulary = r, encoder, window, vocabulary
        self.kinds, self.shares = list(mix), list(mix.values())
        self.tale = ([], [])

    def story(self):
        r, need = self.r, self.window + 1
        ids, weights = self.tale
        if len(ids) < need:
            told, length = Story(r, r.uniform(0.15, 0.45)), r.randint(1, 12) * self.window
            ids, weights = [], []
            while len(ids) < length + self.window:
                a, b = self.encoder.piece((" " if ids else "") + told.sentence())
                ids, weights = ids + a, weights + b
        bos = [BOS] if r.random() < 0.75 else []
        k = need - len(bos)
        self.tale = (ids[k:], weights[k:])
        return bos + ids[:k], [1] * len(bos) + weights[:k]

    def repeat(self):
        """Random tokens in which a run comes back; the alphabet is small in half of the rows, where a match of one
        token does not tell what follows and longer matches have to be learned."""
        r, need = self.r, self.window + 1
        size = r.choice([3, 6, 12, 700, 700, 700])
        alphabet = [r.randrange(3, self.vocabulary) for _ in range(size)]
        ids, weights = [BOS], [0]
        while len(ids) < need:
            longest = self.window // 2 if r.random() < 0.5 else 12
            run = [r.choice(alphabet) for _ in range(r.randint(3, longest))]
            grip = min(len(run) - 1, 1 if size > 12 else 4)   # the part of the copy from which it can be recognised
            ids += run
            weights += [0] * len(run)
            for _ in range(r.choice([1, 1, 2, 3])):
                between = [r.randrange(3, self.vocabulary) for _ in range(r.choice([0, 0, 1, 5, 20]))]
                ids += between + run
                weights += [0] * (len(between) + grip) + [ANSWER_WEIGHT] * (len(run) - grip)
        return ids[:need], weights[:need]

    def row(self):
        r, window = self.r, self.window
        kind = r.choices(self.kinds, self.shares)[0]
        if kind == "story":
            return self.story()
        if kind == "repeat":
            return self.repeat()
        budget = window - 1 if r.random() < 0.6 else r.randint(min(48, window - 1), window - 1)
        newlines = r.random() < 0.25
        ids, weights = self.encoder.document(KINDS[kind](r, self.encoder.size, budget), newlines)
        if len(ids) > window:            # rare: a document whose parts that must be there are longer than the row
            return self.row()
        ids, weights = [BOS] + ids + [EOS], [1] + weights + [1]
        while len(ids) < window + 1:
            a, b = self.encoder.document(story(r, self.encoder.size, window + 1 - len(ids)))
            ids, weights = ids + [BOS] + a, weights + [1] + b
        return ids[:window + 1], weights[:window + 1]


# ---------------------------------------------------------------------------------------------------- evaluation
def held_out_story(index, size, tokens):
    """The text of a story of at least that many tokens, from a stream that training never uses."""
    told, pieces = Story(stream("eval", "story", index)), []
    while tokens > 0:
        pieces.append(told.sentence())
        tokens -= size(" " + pieces[-1])
    return text_of(pieces)


def held_out_passkey(wording, index, size, tokens, depth):
    """(prompt, key): a passkey prompt of at most that many tokens, <s> included, that ends before the digits."""
    r, w = stream("eval", "passkey", wording, tokens, depth, index), WORDINGS[wording]
    key = digits(r, 5)
    pieces = hide(r, size, [w["opening"]], [w["key"].format(key=key)], [w["question"]], tokens - 1,
                  endless(w["filler"]), [depth])
    return text_of(pieces), key


def main():
    if "--stories" in sys.argv:
        from tokenizers import Tokenizer
        encoder = Encoder(Tokenizer.from_file(os.path.join(HERE, "model", "tokenizer.json")))
        os.makedirs(os.path.join(HERE, "stories"), exist_ok=True)
        for i in range(16):
            with open(os.path.join(HERE, "stories", f"story-{i}.txt"), "w", encoding="utf-8") as f:
                f.write(held_out_story(i, encoder.size, 3100) + "\n")
        return
    for kind, make in KINDS.items():
        print(f"--- {kind}\n{text_of(make(stream('example', kind), lambda s: len(s.split()), 90))}")


if __name__ == "__main__":
    main()
