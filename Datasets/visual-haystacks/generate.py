#!/usr/bin/env python3
"""Writes a few pictures of coloured shapes and questions about them in the form of Visual Haystacks.

Everything here is made for this project; nothing comes from COCO or Visual Haystacks. Run it: python3 generate.py
"""
import json
import struct
import zlib
from pathlib import Path

HERE = Path(__file__).resolve().parent
SIZE = 48
COLOURS = {"red": (214, 48, 40), "green": (40, 160, 70), "blue": (44, 90, 200), "yellow": (238, 200, 40)}
SHAPES = ("disc", "square", "stripe")


def inside(shape, x, y):
    centre = SIZE // 2
    if shape == "disc":
        return (x - centre) ** 2 + (y - centre) ** 2 < 256
    if shape == "square":
        return abs(x - centre) < 15 and abs(y - centre) < 15
    return abs(y - centre) < 6


def png(shape, colour):
    rows = b"".join(
        b"\0" + b"".join(bytes(COLOURS[colour]) if inside(shape, x, y) else b"\xf2\xf2\xee" for x in range(SIZE))
        for y in range(SIZE))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", SIZE, SIZE, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))


def name(shape, colour):
    return f"shapes/{colour}-{shape}.png"


def row(number, shape, colour, asked, others):
    return {
        "id": number, "needle": shape, "target": asked,
        "conversations": [
            {"from": "human", "value": f"For the picture with a {shape}, is the {shape} {asked}?"},
            {"from": "gpt", "value": "yes" if asked == colour else "no"}],
        "pos_image": [name(shape, colour)], "neg_image": others}


def main():
    folder = HERE / "images" / "shapes"
    folder.mkdir(parents=True, exist_ok=True)
    for shape in SHAPES:
        for colour in COLOURS:
            (folder / f"{colour}-{shape}.png").write_bytes(png(shape, colour))
    single = HERE / "single_needle" / "VHs_large"
    single.mkdir(parents=True, exist_ok=True)
    asked = [("disc", "red", "red"), ("square", "blue", "green"), ("stripe", "yellow", "yellow"), ("disc", "green", "blue")]
    for label, count in (("oracle", 0), ("2", 1), ("3", 2)):
        rows = []
        for number, (shape, colour, target) in enumerate(asked):
            others = [name(s, c) for s in SHAPES if s != shape for c in COLOURS][number:number + count]
            rows.append(row(number, shape, colour, target, others))
        (single / f"visual_haystack_{label}.json").write_text(json.dumps(rows, indent=1) + "\n")
    multi = HERE / "multi_needle"
    multi.mkdir(exist_ok=True)
    rows = []
    for number, (shape, colour, target) in enumerate(asked):
        entry = row(number, shape, colour, target, [name(s, "blue") for s in SHAPES if s != shape])
        entry["pos_image"] = [name(shape, colour), name(shape, "yellow"), name(shape, "red")][:2 + number % 2]
        entry["conversations"][0]["value"] = f"For all pictures with a {shape}, is every {shape} {target}?"
        entry["conversations"][1]["value"] = "no"
        entry["neg_image"] = (entry["neg_image"] * 3)[:5 - len(entry["pos_image"])]
        rows.append(entry)
    (multi / "visual_haystack_5.json").write_text(json.dumps(rows, indent=1) + "\n")


main()
