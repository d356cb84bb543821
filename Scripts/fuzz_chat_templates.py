#!/usr/bin/env python3
"""Changes chat templates at random and holds `se-eval chat` to what Jinja makes of them.

usage: fuzz_chat_templates.py [--program .build/release/se-eval] [--templates FOLDER] [--count 2000] [--seed 1]
       fuzz_chat_templates.py --unchanged [--program P] [--templates FOLDER]      every template as it is, by five conversations
       needs jinja2 3.1; without a folder of *.jinja the templates of Tests/TokenizersTests/Fixtures/jinja are changed.

Wrong is: another text than Jinja's, a text where Jinja raises, a signal, or more than 20 seconds. A refusal where Jinja
renders is counted; the program may refuse what it does not support, by name.
"""
import argparse
import collections
import glob
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import warnings

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FIXTURE = os.path.join(ROOT, "Tests", "TokenizersTests", "Fixtures", "jinja")
LETTERS = "{}%#[]()'\"|.,:=+-*/~<>! \nabeilmnopstux01_\\é😀"
MESSAGES = [
    {"role": "system", "content": " Be brief. "},
    {"role": "user", "content": "Hi {{ x }}\n<b> 中"},
    {"role": "assistant", "content": "Yo", "tool_calls": [{"function": {"name": "f", "arguments": {"x": 1.5}}}]},
    {"role": "user", "content": [{"type": "text", "text": "é"}]},
]
CONVERSATIONS = [
    [{"role": "user", "content": "When does the mill open?"}],
    [{"role": "system", "content": "Speak plainly."}, {"role": "user", "content": "When does the mill open?"}],
    [{"role": "user", "content": "North?"}, {"role": "assistant", "content": "South."}, {"role": "user", "content": "Why?"}],
    [{"role": "user", "content": " two lines\n\n  {{ a }} {% b %} 水 ö <|im_end|> </s>\n"}],
    [{"role": "user", "content": ""}],
]


def changed(text, rng):
    letters = list(text)
    for _ in range(rng.randint(1, 3)):
        place = rng.randrange(len(letters) + 1)
        way = rng.random()
        if way < 0.3:
            letters[place:place + 1] = rng.choice(LETTERS)
        elif way < 0.6:
            letters.insert(place, rng.choice(LETTERS))
        elif way < 0.8:
            del letters[place:place + 1]
        else:
            letters[place:place] = letters[place:place + rng.randint(1, 12)]
    return "".join(letters)


def expected(environment, source, messages=MESSAGES):
    """Jinja's text, or None where it raises; 'slow' where it takes long."""
    def stop(*_):
        raise TimeoutError

    signal.signal(signal.SIGALRM, stop)
    signal.alarm(10)
    try:
        return environment.from_string(source).render(
            messages=json.loads(json.dumps(messages)), tools=None, documents=None, add_generation_prompt=True,
            bos_token="<s>", eos_token="</s>")
    except TimeoutError:
        return "slow"
    except Exception:
        return None
    finally:
        signal.alarm(0)


def rendered(program, folder, source):
    path = os.path.join(folder, "t.jinja")
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(source)
    arguments = [program, "chat", "--template", path, "--messages", os.path.join(folder, "m.json"), "--bos", "<s>",
                 "--eos", "</s>", "--json"]
    result = subprocess.run(arguments, capture_output=True, timeout=20)
    text = json.loads(result.stdout)["text"] if result.returncode == 0 else None
    return result.returncode, text, result.stderr.decode("utf-8", "replace").strip()


def corpus(folder):
    if folder:
        return [open(path, encoding="utf-8").read() for path in sorted(glob.glob(os.path.join(folder, "*.jinja")))]
    with open(os.path.join(FIXTURE, "expected.json"), encoding="utf-8") as file:
        return [case["source"] for case in json.load(file)]


def judged(counts, status, text, want):
    """Counts one rendering; true where it is wrong."""
    if want == "slow":
        kind = "Jinja too slow"
    elif status == 0 and text == want:
        kind = "same text"
    elif status == 2 and want is None:
        kind = "both refuse"
    elif status == 2:
        kind = "refused, Jinja renders"
    else:
        kind = "WRONG"
    counts[kind] += 1
    return kind == "WRONG"


def write_messages(folder, messages):
    with open(os.path.join(folder, "m.json"), "w", encoding="utf-8") as file:
        json.dump(messages, file)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", default=os.path.join(ROOT, ".build", "release", "se-eval"))
    parser.add_argument("--templates")
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--unchanged", action="store_true")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    sys.path.insert(0, FIXTURE)
    from generate import ENVIRONMENT

    rng = random.Random(options.seed)
    sources = corpus(options.templates)
    counts = collections.Counter()
    work = [(source, MESSAGES) for source in (changed(rng.choice(sources), rng) for _ in range(options.count))]
    if options.unchanged:
        work = [(source, messages) for messages in CONVERSATIONS for source in sources]
    with tempfile.TemporaryDirectory() as folder:
        written = None
        for source, messages in work:
            if written is not messages:
                write_messages(folder, messages)
                written = messages
            try:
                source.encode("utf-8")
                status, text, reason = rendered(options.program, folder, source)
            except subprocess.TimeoutExpired:
                status, text, reason = -1, None, "more than 20 seconds"
            want = expected(ENVIRONMENT, source, messages)
            if judged(counts, status, text, want):
                print(f"WRONG status {status} {source!r}\n  Jinja {want!r}\n  program {text!r} {reason}")
    print(", ".join(f"{name}: {count}" for name, count in sorted(counts.items())))
    sys.exit(1 if counts["WRONG"] else 0)


main()
