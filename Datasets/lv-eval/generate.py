#!/usr/bin/env python3
"""Writes the LV-Eval-shaped sample beside this file: two rows for each of the eleven datasets, at the level 16k.

Every text here was written for this project; nothing comes from LV-Eval itself.
Run it from anywhere: python3 generate.py
"""
import json
import random
from pathlib import Path

HERE = Path(__file__).resolve().parent
ENGLISH = ["hotpotwikiqa_mixup", "loogle_SD_mixup", "loogle_CR_mixup", "loogle_MIR_mixup", "multifieldqa_en_mixup",
           "factrecall_en"]
CHINESE = ["multifieldqa_zh_mixup", "factrecall_zh", "cmrc_mixup", "lic_mixup", "dureader_mixup"]
TOWNS = ["Aldmoor", "Brackwell", "Corrie", "Dunharrow", "Fenwick", "Gorse Hill"]
PEOPLE = ["Maud Easton", "Piet Halder", "Orla Finch", "Ruben Ash", "Ines Moor", "Tomas Lind"]
城 = ["东港", "石桥", "南山", "清河", "白塔"]
人 = ["李明", "王芳", "张伟", "陈静", "刘洋"]

for number, dataset in enumerate(ENGLISH + CHINESE):
    lines = []
    for row in range(2):
        rng = random.Random(100 * number + row)
        isChinese = dataset in CHINESE
        towns, people = (城, 人) if isChinese else (TOWNS, PEOPLE)
        mayors = dict(zip(towns, rng.sample(people, len(people))))
        asked = rng.choice(towns)
        passages = []
        for part in range(40):
            town = rng.choice(towns)
            passages.append(
                f"段落{part + 1}\n{town}的市长是{mayors[town]}，每年春天在河边种树。" if isChinese else
                f"Passage {part + 1}\nThe mayor of {town} is {mayors[town]}, who plants a tree by the river every spring.")
        passages.append(f"段落41\n{asked}的市长是{mayors[asked]}。" if isChinese
                        else f"Passage 41\nThe mayor of {asked} is {mayors[asked]}.")
        other = rng.choice([p for p in people if p != mayors[asked]])
        lines.append(json.dumps({
            "input": f"{asked}的市长是谁？" if isChinese else f"Who is the mayor of {asked}?",
            "context": "\n".join(passages), "answers": [mayors[asked]], "length": 41, "dataset": dataset,
            "language": "zh" if isChinese else "en",
            "answer_keywords": None if dataset.startswith("factrecall") else mayors[asked],
            "confusing_facts": [f"{asked}从前的市长是{other}。" if isChinese else f"{other} was mayor of {asked} before."],
        }, ensure_ascii=False))
    (HERE / f"{dataset}_16k.jsonl").write_text("\n".join(lines) + "\n")
