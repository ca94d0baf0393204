"""What can go wrong, as one tree.

PublisherError
├── UsageError              the program was called or set up wrongly (exit code 2)
│   └── SettingError        a setting is misspelt or has a value it cannot have
├── SourceError             a source cannot be read or understood
│   ├── SourceMissing       no such folder or file, or nothing in it
│   ├── SourceSyntax        a file that is not what its extension says
│   │   └── ReadLimitExceeded  it nests deeper, grows further or takes longer than a file may
│   └── SourceErrors        several of these at once
├── ChangeRefused           what people want to change cannot be written into the sources
│   ├── ValueRefused        what is written in a field is no value of it
│   └── SheetRefused        a workbook or CSV file cannot be read or understood as a whole
├── EditConflict            a form began from something older than what is there
├── NotApproved             the sources were read and may not be published
├── ReleaseError            a release cannot be built, opened or found
│   ├── LossRefused         a release would take away more than the limits allow
│   └── ReleaseUnreadable   its files cannot be read just now: rights, descriptors, a sick disk
├── StorageError            the disk refuses: no room, no right, too many open files, or it fails
├── ExportError             a site cannot be written as files
├── PartFailed              a part of a running server does not work just now
├── PushFailed              a release could not be brought into an engine
├── NotAcceptable           no variant on offer is acceptable to the client
├── NotCarried              an answer holds what the format asked for cannot carry
└── QueryError              a query was not answered
    ├── QueryRefused        refused before evaluation: syntax, size, SERVICE, update
    ├── QueryLimitExceeded  stopped at a limit: time, memory, size of the result
    ├── EngineBusy          no worker is free, or the queue is full; try again later
    ├── ClientBusy          this client has its share of the queue; try again later
    ├── ClientDisconnected  nobody waits for the answer any more
    └── EngineFailed        the engine broke or could not be reached

Each carries where, what and the cure, in every language of the program.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from publisher.messages import SOURCE_LANGUAGE, Text, in_language, text

if TYPE_CHECKING:
    from publisher.findings import Finding


class PublisherError(Exception):
    """Root of everything this program raises on purpose."""

    def __init__(
        self,
        what: str,
        *,
        remedy: str = "",
        where: str = "",
        line: int | None = None,
        column: int | None = None,
        **values: Any,
    ) -> None:
        """Keep the sentences: ``what`` and ``remedy`` are messages with ``{names}`` for values.

        ``line`` and ``column`` count from 1, and are values of the messages too.
        """
        values |= {"line": line, "column": column}
        self.what: Text = text(what, **values)
        self.remedy: Text = text(remedy, **values) if remedy else {}
        self.where, self.line, self.column = where, line, column
        super().__init__(self.in_language(SOURCE_LANGUAGE))

    def __reduce__(self) -> tuple[Any, ...]:
        """Return how it is made again in another process: as it is, its sentences filled."""
        return _rebuild, (type(self), self.args, self.__dict__)

    def in_language(self, language: str) -> str:
        """Return where, what and the cure, as one paragraph."""
        head = f"{self.where}: " if self.where else ""
        cure = in_language(self.remedy, language)
        return head + in_language(self.what, language) + (f"\n  {cure}" if cure else "")


def _rebuild(
    kind: type[PublisherError], sentences: tuple[str, ...], state: dict[str, Any]
) -> PublisherError:
    error = kind.__new__(kind, *sentences)
    error.__dict__.update(state)
    return error


class UsageError(PublisherError):
    """The program was called wrongly."""


class SettingError(UsageError):
    """A setting is misspelt or has a value that it cannot have."""


class SourceError(PublisherError):
    """A source cannot be read or understood."""

    def each(self) -> Sequence[SourceError]:
        """Return the errors this one consists of."""
        return (self,)


class SourceMissing(SourceError):
    """A folder or file that must be there is not, or is empty."""


class SourceSyntax(SourceError):
    """A file is not what its extension says."""

    @classmethod
    def of(cls, error: PublisherError, where: str) -> SourceSyntax:
        """Return another error, with its sentences, as the fault of a file."""
        made = cls("", where=where, line=error.line, column=error.column)
        made.what, made.remedy = error.what, error.remedy
        made.args = (made.in_language(SOURCE_LANGUAGE),)
        return made


class ReadLimitExceeded(SourceSyntax):
    """A file nests deeper, grows further or takes longer to read than one may."""


class SourceErrors(SourceError):
    """Several sources cannot be read or understood: an editor repairs them in one go."""

    def __init__(self, errors: Sequence[SourceError]) -> None:
        """Keep every error."""
        self._errors = tuple(errors)
        super().__init__("{count} {count:source|sources} cannot be read.", count=len(self._errors))

    def each(self) -> Sequence[SourceError]:
        """Return the errors this one consists of."""
        return self._errors

    def in_language(self, language: str) -> str:
        """Return every error as a paragraph, and how many there are."""
        paragraphs = [error.in_language(language) for error in self._errors]
        return "\n".join([*paragraphs, super().in_language(language)])


class ChangeRefused(PublisherError):
    """What people want to change cannot be written into the sources; they stay as they are."""


class EditConflict(PublisherError):
    """A form was sent that began from something older than what is there."""


class ValueRefused(ChangeRefused):
    """What is written in a field is no value of it."""


class SheetRefused(ChangeRefused):
    """A workbook or CSV file cannot be read or understood as a whole."""


class NotApproved(PublisherError):
    """The sources were read, checked, and may not be published."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        """Keep every finding, warnings included."""
        self.findings = tuple(findings)
        super().__init__(
            "The sources may not be published: {count} {count:violation|violations}.",
            remedy="Fix what is listed; nothing was published.",
            count=sum(finding.severity.blocks for finding in findings),
        )


class ReleaseError(PublisherError):
    """A release cannot be built, opened or found."""


class ReleaseUnreadable(ReleaseError):
    """The files of a release cannot be read just now; nothing shows that they are damaged."""


class LossRefused(ReleaseError):
    """A release would take away more than the limits allow."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        """Keep what would be lost."""
        self.findings = tuple(findings)
        super().__init__(
            "The release would remove more than the limits allow; the current one stays.",
            remedy="Bring back what is listed, or allow the loss with --allow-loss and a reason.",
        )


class StorageError(PublisherError):
    """The disk refuses: no room, no right, too many open files, or it fails."""


class ExportError(PublisherError):
    """A site cannot be written as files."""


class PartFailed(PublisherError):
    """A part of a running server does not work just now; it is tried again by itself."""


class PushFailed(PublisherError):
    """A release could not be brought into an engine; what was current there still is."""


class NotAcceptable(PublisherError):
    """Every variant is excluded by the client (RFC 9110, section 15.5.7)."""

    def __init__(self, accept: str, offered: Sequence[str], parameter: str = "") -> None:
        """Keep what is on offer, so that the answer can list it.

        Args:
            accept: The Accept field; beside a parameter, empty when it names none.
            offered: Media types.
            parameter: What names a format in the address, if anything does (``format=ttl``).
        """
        self.offered = tuple(offered)
        what = "Accept is '{accept}'; this address answers in {offered}."
        remedy = "Ask for one of these media types, or leave the Accept field out."
        if parameter:
            remedy = "Name one of these formats instead of {parameter}."
            what = (
                "Neither {parameter} nor Accept '{accept}' names a format of this answer, which"
                " comes in {offered}."
                if accept
                else "{parameter} names no format of this answer, which comes in {offered}."
            )
        super().__init__(
            what,
            remedy=remedy,
            accept=accept[:200],
            offered=", ".join(offered),
            parameter=parameter[:100],
        )


class NotCarried(PublisherError):
    """What is asked for holds something that the format asked for cannot carry."""

    def __init__(self, media_type: str, offered: Sequence[str], version: str = "") -> None:
        """Keep which format cannot carry it, and which can.

        Args:
            media_type: What was asked for.
            offered: What can carry it.
            version: The version of RDF that the answer needs, where that is why.
        """
        self.media_type = media_type
        self.offered = tuple(offered)
        super().__init__(
            "The answer holds terms of RDF {version}, triples or texts with a direction, which"
            " {format} cannot carry."
            if version
            else "The answer holds what {format} cannot carry: control characters, or a property"
            " whose name is no name in XML.",
            remedy="Ask for {offered}.",
            format=media_type,
            offered=", ".join(offered),
            version=version,
        )


class QueryError(PublisherError):
    """A query was not answered."""


class QueryRefused(QueryError):
    """A query was refused before evaluation; the client must change it.

    ``limit`` names the setting it goes past, if it does; ``excerpt`` shows the place with a caret.
    """

    def __init__(
        self, what: str, *, remedy: str = "", limit: str = "", excerpt: str = "", **values: Any
    ) -> None:
        """Keep the name of the limit, and what to show of the query."""
        self.limit, self.excerpt = limit, excerpt
        super().__init__(what, remedy=remedy, setting=limit, **values)


class QueryLimitExceeded(QueryError):
    """A query was stopped at a limit; ``limit`` names the setting."""

    def __init__(self, what: str, *, limit: str, remedy: str, **values: Any) -> None:
        """Keep the name of the limit."""
        self.limit = limit
        super().__init__(what, remedy=remedy, **values)


class EngineBusy(QueryError):
    """All workers are at work and the queue is full."""


class ClientBusy(QueryError):
    """This client has as many requests at work or waiting as one client may have."""


class ClientDisconnected(QueryError):
    """The client closed its connection while its request waited; nobody reads an answer."""


class EngineFailed(QueryError):
    """The engine broke or could not be reached; the query may be sent again."""
