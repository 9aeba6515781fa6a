"""The command ``kg``: options in, text out, no logic.

Data goes to stdout, all else to stderr. Exit codes: 0 done, 1 the answer is no, 2 usage, 3 a named
error in one line, 130 interrupted. Heavy modules are imported inside the commands that need them.
"""

from kg.cli import asking, building, drawing, evaluating, explaining, inspecting, measuring, training
from kg.cli.application import app, main

# The commands register themselves on ``app``.
__all__ = [
    "app",
    "asking",
    "building",
    "drawing",
    "evaluating",
    "explaining",
    "inspecting",
    "main",
    "measuring",
    "training",
]
