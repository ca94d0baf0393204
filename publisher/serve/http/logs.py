"""Where the log goes: words to one stream, queries as bare JSON."""

from __future__ import annotations

from typing import Any


def log_settings() -> dict[str, Any]:
    """Return the settings for ``logging.config.dictConfig``."""
    stream = {"class": "logging.StreamHandler", "stream": "ext://sys.stdout"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "words": {"format": "[%(levelname)s] %(message)s"},
            "bare": {"format": "%(message)s"},
        },
        "handlers": {
            "words": {**stream, "formatter": "words"},
            "bare": {**stream, "formatter": "bare"},
        },
        "loggers": {
            "asyncio": {"handlers": ["words"], "level": "WARNING", "propagate": False},
            "publisher": {"handlers": ["words"], "level": "INFO", "propagate": False},
            "publisher.queries": {"handlers": ["bare"], "level": "INFO", "propagate": False},
        },
    }
