"""How to verify: every choice a caller has."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from publisher.messages import SOURCE_LANGUAGE
from publisher.system.http_client import ExchangeLimits

# What data.europa.eu's link check calls itself (piveau-metrics-url-checker).
EUROPA = "Mozilla/5.0 (European Data Portal) Gecko/20100101 Firefox/40.1"
# A harvest of hundreds of files of others ends after so long.
FILES_SECONDS = 300.0
PARTS = ("harvest", "profiles", "mqa", "distributions", "dereference", "protocol", "fair", "proof")


@dataclass(frozen=True)
class VerifyOptions:
    """How to verify.

    Attributes:
        sample: How many subjects are looked up; above it a sample with a fixed seed.
        state: JSON file with what the last harvest held; None compares with nothing.
        profiles: Names of our own profiles, which then decide; or SHACL profiles beside them,
            files or addresses; ``se=`` before one makes it judge the DCAT-AP-SE view.
        viewers: Portals whose view of the feed is reported: ``ckan``, ``udata``, ``dataportal``,
            ``europa``.
        public_key: PEM file with the Ed25519 key that the release on line must be signed with;
            None takes the site's word for its key.
        links: Whether links out of the data are checked.
        links_cache: File with the statuses of links out, a line each; None keeps none.
        delay_seconds: Pause between two requests to the same host for links out of the data.
        pause_seconds: Pause between two requests to the same host while a feed of others and the
            files it names are asked for.
        files_seconds: What asking for the files of a feed may take in all.
        language: Of the progress messages.
        limits: Of one exchange.
        parts: Which parts run; all of ``PARTS`` by default.
        catalogue: Address of the EU view below the site's.
        se_view: Address of the DCAT-AP-SE view below the site's; empty when there is none.
    """

    sample: int = 25
    state: Path | None = None
    profiles: tuple[str, ...] = ()
    viewers: tuple[str, ...] = ()
    public_key: Path | None = None
    links: bool = False
    links_cache: Path | None = None
    delay_seconds: float = 1.0
    pause_seconds: float = 0.2
    files_seconds: float = FILES_SECONDS
    language: str = SOURCE_LANGUAGE
    limits: ExchangeLimits = field(default_factory=ExchangeLimits)
    parts: frozenset[str] = frozenset(PARTS)
    catalogue: str = "catalog"
    se_view: str = "catalog/dcat-ap-se.rdf"
