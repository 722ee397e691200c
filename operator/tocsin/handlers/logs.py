"""
Logging: to standard error, as text or as one JSON object a line, and without credentials.

Whatever a library may say, tokens and passwords in URLs are cut out of every line,
and the libraries that write request lines are kept quiet at every level.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import time

LEVELS = ("debug", "info", "warning", "error")
FORMATS = ("text", "json")

_CREDENTIALS = re.compile(
    r"(?i)(bearer|basic)\s+[a-z0-9+/._~=-]{8,}|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"
)
_TALKATIVE = ("asyncio", "aiohttp", "httpcore", "httpx", "kubernetes", "urllib3")
_TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class JSONFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, message, and an exception where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """Write the record."""
        line = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
            + f".{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return redact(json.dumps(line))


class TextFormatter(logging.Formatter):
    """One line, for people."""

    converter = staticmethod(time.gmtime)

    def format(self, record: logging.LogRecord) -> str:
        """Write the record."""
        return redact(super().format(record))


class _KopfWords(logging.Filter):
    """
    Puts two of kopf's messages right.

    That it gets no signals is meant: it runs in a thread. A request that it will
    try again, for ever, is no error yet.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if not record.name.startswith("kopf"):
            return True
        message = record.getMessage()
        if record.levelno == logging.ERROR and "; will retry: " in message:
            record.levelno, record.levelname = logging.WARNING, "WARNING"
        return not message.startswith("OS signals are ignored")


def redact(text: str) -> str:
    """Cut credentials out of a text."""
    return _CREDENTIALS.sub("<secret>", text)


def configure_logging(level: str, form: str) -> None:
    """Set up logging for the process; `level` and `form` are one of LEVELS and FORMATS."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JSONFormatter() if form == "json" else TextFormatter(_TEXT))
    handler.addFilter(_KopfWords())
    number = getattr(logging, level.upper())
    logging.basicConfig(level=number, handlers=[handler], force=True)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(max(number, logging.WARNING))
    # At lower levels kopf logs a line per object and event, and what it is about.
    logging.getLogger("kopf").setLevel(max(number, logging.WARNING))
