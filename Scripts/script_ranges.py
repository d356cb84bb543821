#!/usr/bin/env python3
"""Writes Sources/Tokenizers/Text/ScriptRanges.swift: the scalars of every script, as Oniguruma has them.

Needs PyPI's tokenizers 0.23.3 (whose Oniguruma is asked) and regex (for the list of script names) in a venv:
    python Scripts/script_ranges.py > Sources/Tokenizers/Text/ScriptRanges.swift
"""
import regex._regex_core
from tokenizers import Regex, pre_tokenizers

def is_known(name):
    try:
        return bool(Regex(r"\p{%s}" % name))
    except BaseException:
        return False


def members(name, scalars):
    split = pre_tokenizers.Split(Regex(r"\p{%s}+" % name), "removed", invert=True)
    found = split.pre_tokenize_str("".join(map(chr, scalars)))
    return [scalar for _, (a, b) in found for scalar in scalars[a:b]]


def ranges(scalars):
    result = []
    for scalar in scalars:
        if result and result[-1][1] == scalar - 1:
            result[-1][1] = scalar
        else:
            result.append([scalar, scalar])
    return result


def main():
    scalars = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]
    scalars = members("^Unknown", scalars)
    numbers = {}
    for name, number in regex._regex_core.PROPERTIES["SCRIPT"][1].items():
        numbers.setdefault(number, []).append(name)
    print("/// The scalars of every script, as Oniguruma 6.9.10 (Unicode 16) has them; made by Scripts/script_ranges.py.")
    print("enum Scripts {")
    print("  /// The ranges of a script by its long or short name in lower case; nil for another name.")
    print("  static func ranges(_ name: String) -> [ClosedRange<UInt32>]? {")
    print("    guard let entry = entries.first(where: { $0.names.contains(name) }) else { return nil }")
    print("    var previous: UInt32 = 0")
    print("    return entry.ranges.split(separator: \" \").compactMap { text in")
    print("      let ends = text.split(separator: \"+\").compactMap { UInt32($0, radix: 36) }")
    print("      guard let step = ends.first else { return nil }")
    print("      let low = previous + step")
    print("      previous = low + (ends.count > 1 ? ends[1] : 0)")
    print("      return low...previous")
    print("    }")
    print("  }")
    print()
    print("  /// Each range is its distance from the end of the one before, and its length less one where that is not 0.")
    print("  private static let entries: [(names: [String], ranges: String)] = [")
    for number, names in sorted(numbers.items()):
        names = [n for n in names if is_known(n)]
        if not names or "UNKNOWN" in names:
            continue
        found = ranges(members(names[0], scalars))
        previous, words = 0, []
        for low, high in found:
            words.append(base36(low - previous) + (f"+{base36(high - low)}" if high > low else ""))
            previous = high
        quoted = ", ".join(f'"{n.lower().replace("_", "")}"' for n in names)
        line = '    ([%s], "%s"),' % (quoted, " ".join(words))
        print(line if len(line) <= 120 else "    (\n      [%s],\n%s\n    )," % (quoted, lines(words)))
    print("  ]\n}")


def lines(words):
    result, line = [], ""
    for word in words:
        if line and len(line) + len(word) > 100:
            result.append(line + " ")
            line = ""
        line = f"{line} {word}" if line else word
    result.append(line)
    return "\n".join(f'      {"" if i == 0 else "  + "}"{text}"' for i, text in enumerate(result))


def base36(number):
    digits = ""
    while True:
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[number % 36] + digits
        number //= 36
        if not number:
            return digits


main()
