from __future__ import annotations

import json
import logging
from datetime import datetime
from pathlib import Path

import pytest

from kg.logs import JsonFormatter


def told(message: str, *arguments: object, **extra: object) -> str:
    """Return the line that a record gives."""
    record = logging.getLogger("kg").makeRecord(
        "kg", logging.WARNING, __file__, 1, message, arguments, None, "here", extra
    )
    return JsonFormatter().format(record)


def test_a_record_is_one_line_of_json() -> None:
    line = told("read %d of\n%s", 2, "护校")

    said = json.loads(line)
    assert "\n" not in line
    assert "护校" in line
    assert said.keys() == {"time", "level", "message"}
    assert (said["level"], said["message"]) == ("warning", "read 2 of\n护校")
    assert datetime.fromisoformat(said["time"]).utcoffset() is not None


def test_what_is_said_beside_the_message_is_said_by_its_name() -> None:
    said = json.loads(told("article", event="article", article={"claims": 3, "name": "one"}))

    assert said["event"] == "article"
    assert said["article"] == {"claims": 3, "name": "one"}


@pytest.mark.parametrize("value", [Path("out"), {1, 2}, ValueError("broken")])
def test_what_is_no_json_is_said_in_words(value: object) -> None:
    said = json.loads(told("found", value=value))

    assert said["value"] == str(value)


def test_a_handler_uses_it(caplog: pytest.LogCaptureFixture) -> None:
    caplog.handler.setFormatter(JsonFormatter())

    with caplog.at_level(logging.INFO, "kg"):
        logging.getLogger("kg").info("published", extra={"event": "published", "quads": 7})

    assert json.loads(caplog.text) == {**json.loads(caplog.text), "message": "published", "quads": 7}
