"""What runs in a process beside a preview of large files: it makes what pages can wait for."""

from __future__ import annotations

import logging
import os
import sys

from publisher.release.preview import complete_preview
from publisher.system import portable, sandbox
from publisher.system.files import disk_error_reason

# Who looks at pages goes first.
_NICENESS = 10
_log = logging.getLogger("publisher")


def main() -> None:
    """Complete the preview; the argument says which."""
    sandbox.die_with_parent()
    portable.lower_priority(_NICENESS)
    try:
        complete_preview(sys.argv[1])
    except OSError as error:
        reason = disk_error_reason(error)
        _log.error("The preview cannot be completed, and stays as it is: %s.", reason)
    os._exit(0)


if __name__ == "__main__":
    main()
