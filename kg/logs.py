"""Log records of this package as JSON, one object a line."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

# What the logging module itself puts on a record.
_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonFormatter(logging.Formatter):
    """Formats ``time level message`` and whatever the record was given as ``extra``."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line of JSON."""
        said = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
            **{name: value for name, value in vars(record).items() if name not in _OWN},
        }
        return json.dumps(said, ensure_ascii=False, default=str)
