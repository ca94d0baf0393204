"""The state of a web process besides its engine: what ``/readyz``, pages and metrics say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from publisher.errors import PartFailed
from publisher.messages import Text, in_language, translate
from publisher.system.supervised import Supervised


@dataclass(frozen=True)
class FallbackRelease:
    """A release is served instead of the current one, which cannot be served.

    Attributes:
        current: Name of the current release.
        served: Name of the one that is served.
        reason: Why, in every language.
    """

    current: str
    served: str
    reason: Text

    def explained(self, language: str) -> str:
        """Return the whole of it for those who run the site, in one line."""
        text = translate(
            "The current release {current} cannot be served; {served} is served instead. {reason}",
            language,
            current=self.current,
            served=self.served,
            reason=in_language(self.reason, language),
        )
        return " ".join(text.split())

    def notice(self, language: str) -> str:
        """Return what a reader of the site needs to know."""
        return translate(
            "The newest release of this site cannot be shown just now. You are reading an older"
            " one: {served}.",
            language,
            served=self.served,
        )


class ProcessHealth:
    """The parts of one web process that must live, and whether the current release is served."""

    def __init__(self) -> None:
        """Begin with none, and all well."""
        self._parts: list[Supervised] = []
        self.fallback: FallbackRelease | None = None

    def add(self, part: Supervised) -> None:
        """Watch a part from here on."""
        self._parts.append(part)

    def troubles(self) -> Sequence[PartFailed]:
        """Return why parts do not work; nothing when all do."""
        return [trouble for part in self._parts if (trouble := part.trouble()) is not None]

    def notice(self, language: str) -> str:
        """Return what the home page says of the release that is served; usually nothing."""
        return "" if self.fallback is None else self.fallback.notice(language)

    def is_fallback(self) -> int:
        """Return 1 while a release is served instead of the current one, else 0."""
        return int(self.fallback is not None)
