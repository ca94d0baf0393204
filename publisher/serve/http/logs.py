"""Where the log goes: the server's words and the program's to one stream, queries as bare JSON."""

from __future__ import annotations

import logging
from typing import Any


class NotOfClients(logging.Filter):
    """Leave out that a client sent what is no HTTP: else strangers choose how long the log gets."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether a record is about something else."""
        return not str(record.msg).startswith(("Invalid HTTP request", "Unsupported upgrade"))


def log_settings() -> dict[str, Any]:
    """Return the settings for ``logging.config.dictConfig``."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"clients": {"()": NotOfClients}},
        "formatters": {
            "words": {"format": "[%(levelname)s] %(message)s"},
            "bare": {"format": "%(message)s"},
        },
        "handlers": {
            "words": {
                "class": "logging.StreamHandler",
                "formatter": "words",
                "stream": "ext://sys.stdout",
                "filters": ["clients"],
            },
            "bare": {
                "class": "logging.StreamHandler",
                "formatter": "bare",
                "stream": "ext://sys.stdout",
            },
        },
        "loggers": {
            "uvicorn.error": {"handlers": ["words"], "level": "WARNING", "propagate": False},
            "publisher": {"handlers": ["words"], "level": "INFO", "propagate": False},
            "publisher.queries": {"handlers": ["bare"], "level": "INFO", "propagate": False},
        },
    }
