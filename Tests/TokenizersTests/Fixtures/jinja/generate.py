#!/usr/bin/env python3
"""Writes expected.json: templates by construct, each with what Jinja 3.1.6 makes of it.

The environment is the one that transformers renders chat templates in. `text` is null where Jinja raises; `refused`
marks what Jinja renders and se-eval says that it does not support. Run in this folder; needs jinja2.
"""
import datetime
import json
import sys

import jinja2
import jinja2.ext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from templates import PRELUDE, REFUSED, TEMPLATES


def raise_exception(message):
    raise ValueError(message)


def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


class Generation(jinja2.ext.Extension):
    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        return jinja2.nodes.CallBlock(self.call_method("_body"), [], [], body).set_lineno(line)

    def _body(self, caller):
        return caller()


ENVIRONMENT = ImmutableSandboxedEnvironment(
    trim_blocks=True, lstrip_blocks=True, extensions=[Generation, jinja2.ext.loopcontrols])
ENVIRONMENT.filters["tojson"] = tojson
ENVIRONMENT.globals["raise_exception"] = raise_exception
ENVIRONMENT.globals["strftime_now"] = lambda f: datetime.date(2024, 7, 26).strftime(f)


def rendered(source):
    try:
        return ENVIRONMENT.from_string(source).render(messages=[{"role": "user", "content": "Hi"}])
    except Exception:
        return None


def main():
    cases = []
    for construct, sources in TEMPLATES.items():
        for source in sources:
            whole = source if construct == "white space" else PRELUDE + source
            cases.append({"construct": construct, "source": whole, "text": rendered(whole), "refused": source in REFUSED})
    with open("expected.json", "w", encoding="utf-8") as file:
        file.write("[\n" + ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases) + "\n]\n")
    print(f"Jinja {jinja2.__version__}: {len(cases)} templates", file=sys.stderr)


if __name__ == "__main__":
    main()
