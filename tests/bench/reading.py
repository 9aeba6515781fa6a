"""How fast articles are read: our whole pipeline, segmentation by jieba alone, a spaCy pipeline of official size.

All run on one core over the training articles, taking turns; the best of several rounds counts. The spaCy
pipeline is made here as the small official one for Chinese is (tok2vec of width 96 and depth 4, tagger,
parser, ner): what it predicts means nothing, how long it takes does. Start-up and memory are a new process's.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import redirect_stdout
from pathlib import Path

import rjieba
import spacy
from rich.console import Console
from rich.table import Table
from spacy.language import Language
from spacy.training import Example

from kg import language
from kg.model import Article
from kg.reading import read_article

REPO = Path(__file__).resolve().parents[2]
GOLD = REPO / "tests" / "gold" / "train"
ARTICLES, ROUNDS = 140, 5
# What is promised: characters a second on one core, seconds to the first Doc, megabytes resident.
SPEED, START, MEMORY = 25_000, 1.5, 400
STARTS = """
import re, time
begun = time.perf_counter()
from kg import language
nlp = language.load()
nlp("青岭县公安局走进青岭县柳溪小学。")
print(time.perf_counter() - begun)
for _ in nlp.pipe(open(0, encoding="utf-8").read().split("\\x00")):
    pass
# The kernel's own mark: what getrusage says includes the process that started this one.
print(int(re.search(r"VmHWM:\\s*(\\d+)", open("/proc/self/status").read())[1]) / 1024)
"""


def official_size(texts: list[str]) -> Language:
    """Return an initialised pipeline of the small official one's shape."""
    nlp = spacy.blank("zh")
    nlp.add_pipe(
        "tok2vec",
        config={
            "model": {
                "@architectures": "spacy.Tok2Vec.v2",
                "embed": {
                    "@architectures": "spacy.MultiHashEmbed.v2",
                    "width": 96,
                    "attrs": ["NORM", "PREFIX", "SUFFIX", "SHAPE"],
                    "rows": [5000, 1000, 2500, 2500],
                    "include_static_vectors": False,
                },
                "encode": {
                    "@architectures": "spacy.MaxoutWindowEncoder.v2",
                    "width": 96,
                    "depth": 4,
                    "window_size": 1,
                    "maxout_pieces": 3,
                },
            }
        },
    )
    listener = {"@architectures": "spacy.Tok2VecListener.v1", "width": 96}
    nlp.add_pipe("tagger", config={"model": {"@architectures": "spacy.Tagger.v2", "tok2vec": listener}})
    transitions = {"@architectures": "spacy.TransitionBasedParser.v2", "hidden_width": 64, "maxout_pieces": 2}
    for name, state in (("parser", "parser"), ("ner", "ner")):
        model = transitions | {"state_type": state, "extra_state_tokens": False, "tok2vec": listener}
        nlp.add_pipe(name, config={"model": model})
    examples = []
    for text in texts[:8]:
        doc = nlp.make_doc(text[:200])
        words = len(doc)
        reference = {
            "tags": ["NN" if i % 2 else "VV" for i in range(words)],
            "heads": [0] * words,
            "deps": ["ROOT", *["dep"] * (words - 1)],
            "sent_starts": [1, *[-1] * (words - 1)],
            "entities": [(0, 2, "ORG")],
        }
        examples.append(Example.from_dict(doc, reference))
    with redirect_stdout(io.StringIO()):  # the parser prints what it finds odd in made-up trees
        nlp.initialize(lambda: examples)
        nlp.update(examples)
    return nlp


def best(tasks: dict[str, Callable[[], Iterable[object]]]) -> dict[str, float]:
    """Return the best processor time of each task, in seconds."""
    seconds: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(ROUNDS):
        for name, task in tasks.items():
            begun = time.process_time()
            for _made in task():
                pass
            seconds[name].append(time.process_time() - begun)
    return {name: min(found) for name, found in seconds.items()}


def start_and_memory(texts: list[str]) -> tuple[float, float]:
    """Return seconds to the first Doc, best of three, and megabytes after all articles, of new processes."""
    runs = [
        subprocess.run(
            [sys.executable, "-c", STARTS],
            input="\0".join(texts),
            capture_output=True,
            text=True,
            check=True,
            env=os.environ | {"PYTHONUTF8": "1"},
        ).stdout.split()
        for _ in range(3)
    ]
    return min(float(run[0]) for run in runs), max(float(run[1]) for run in runs)


def main() -> int:
    """Print the tables; return 1 if a promise is not kept."""
    articles: list[Article] = [read_article(path) for path in sorted(GOLD.glob("*.txt"))[:ARTICLES]]
    texts = [article.text for article in articles]
    characters = sum(map(len, texts))
    ours, theirs = language.load(), official_size(texts)
    took = best(
        {
            "kg, article to claims": lambda: language.extract(articles, nlp=ours),
            "jieba (rjieba), words only": lambda: (rjieba.cut(text) for text in texts),
            "spaCy, small official size": lambda: theirs.pipe(texts),
        }
    )
    table = Table(
        "pipeline", "characters a second", "articles a second", "times kg's time", title_justify="left"
    )
    table.title = f"reading {len(texts)} articles, {characters} characters, one core, best of {ROUNDS}"
    for column in table.columns[1:]:
        column.justify = "right"
    own = next(iter(took.values()))
    for name, seconds in took.items():
        rate, each = characters / seconds, len(texts) / seconds
        table.add_row(name, f"{rate:,.0f}", f"{each:,.1f}", f"{seconds / own:.2f}")
    Console().print(table)
    start, memory = start_and_memory(texts)
    Console().print(f"start-up to the first Doc {start:.2f} s, resident after all articles {memory:.0f} MB")
    kept = characters / own >= SPEED and start < START and memory < MEMORY
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
