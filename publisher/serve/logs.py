"""Where the log goes: the server's words and the program's to one stream, queries as bare JSON."""

from __future__ import annotations

import logging
from typing import Any


class NotAboutThreads(logging.Filter):
    """Leave out the server's doubts about the number of threads.

    They wait for query workers or for slow clients, and do not compute.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether a record is about something else."""
        return "Python threads" not in str(record.msg)


def log_settings() -> dict[str, Any]:
    """Return the settings for ``logging.config.dictConfig``."""
    return {
        "filters": {"threads": {"()": NotAboutThreads}},
        "formatters": {
            "words": {"format": "[%(levelname)s] %(message)s"},
            "bare": {"format": "%(message)s"},
        },
        "handlers": {
            "words": {
                "class": "logging.StreamHandler",
                "formatter": "words",
                "stream": "ext://sys.stdout",
                "filters": ["threads"],
            },
            "bare": {
                "class": "logging.StreamHandler",
                "formatter": "bare",
                "stream": "ext://sys.stdout",
            },
        },
        "loggers": {
            "_granian": {"handlers": ["words"], "level": "INFO", "propagate": False},
            "granian.access": {"handlers": ["bare"], "level": "INFO", "propagate": False},
            "publisher": {"handlers": ["words"], "level": "INFO", "propagate": False},
            "publisher.queries": {"handlers": ["bare"], "level": "INFO", "propagate": False},
        },
    }
