"""What scripts of other sites may do (Fetch, section 3.2): all that others may, without a login."""

from __future__ import annotations

# Fields that a script in a browser may read besides the simple ones (Fetch, section 3.3.5).
EXPOSED = (
    "Accept-Ranges, Allow, Content-Digest, Content-Disposition, Content-Location, Content-Range, "
    "ETag, Link, Location, Memento-Datetime, Repr-Digest, Retry-After, Sunset, Vary"
)
# Fields that a script may send: those that choose an answer, and those that its ETag invites. All
# others change nothing here, and libraries add some (``Prefer``, ``traceparent``): they are no
# reason to keep a script away. A star does not stand for Authorization (Fetch, section 4.9).
ALLOWED = (
    "Accept, Accept-Datetime, Accept-Language, Cache-Control, Content-Encoding, Content-Type, "
    "If-Match, If-Modified-Since, If-None-Match, If-Range, If-Unmodified-Since, "
    "Mcp-Method, Mcp-Name, Mcp-Protocol-Version, Pragma, Range, X-Requested-With, "
    "Authorization, *"
)
FIELDS = (
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", EXPOSED),
)
