"""Stand-ins for udata's document store and settings, so that its parser runs without a udata site.

The modules in ``PARSING`` are udata's, unmodified; what they ask of the others stands below.
"""

# ruff: noqa: D102, D106, D107 - they are called as the parser calls them
from __future__ import annotations

import importlib
import importlib.machinery
import importlib.util
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, ClassVar

PARSING = (
    "udata.rdf",
    "udata.core.constants",
    "udata.core.access_type.constants",
    "udata.core.dataset.constants",
    "udata.core.dataset.rdf",
    "udata.core.dataservices.rdf",
    "udata.harvest.exceptions",
    "udata.harvest.backends.dcat",
)
# Of what these import and an own environment need not have.
UNUSED = ("mongoengine", "mongoengine.errors", "saxonche", "flask_babel", "slugify")


class Document(SimpleNamespace):
    """A document of the store: fields that nobody set are None."""

    def __init__(self, *_: Any, **fields: Any) -> None:
        super().__init__(**fields)
        for name in ("resources", "contact_points", "tags"):
            self.__dict__.setdefault(name, [])
        self.__dict__.setdefault("extras", {})

    def __getattr__(self, name: str) -> Any:
        """Return None for what is not there."""
        if name.startswith("__"):
            raise AttributeError(name)
        return None

    def clean(self) -> None:
        """Take every value."""

    def set_harvested(self) -> None:
        self.harvest = Document()

    @classmethod
    def default(cls) -> str:
        return "notspecified"

    @classmethod
    def guess(cls, *written: str, default: str | None = None) -> str | None:
        return next((text for text in written if text), default)


class ContactPoint(Document):
    """A contact, which is found or made."""

    class objects:
        @staticmethod
        def get_or_create(**fields: Any) -> tuple[ContactPoint, bool]:
            return ContactPoint(**fields), True


class Backend:
    """The part of udata's harvester that reads the source and keeps the outcome."""

    features: tuple[object, ...] = ()

    def __init__(self, pages: dict[str, str], first: str, types: dict[str, str]) -> None:
        self.source, self.job = SimpleNamespace(url=first), Document(items=[], errors=[])
        self.dryrun, self._pages, self._types = False, pages, types

    def get_extra_config_value(self, name: str) -> None:
        """Return no setting."""

    def head(self, url: str) -> SimpleNamespace:
        fields = {"Content-Type": self._types.get(url, "")}
        return SimpleNamespace(headers=fields, raise_for_status=lambda: None)

    def get(self, url: str) -> SimpleNamespace:
        body = Path(self._pages[url]).read_text(encoding="utf-8")
        return SimpleNamespace(text=body, raise_for_status=lambda: None)

    def get_item(self, remote_id: str, kind: type[Document]) -> Document:
        return kind(organization=Document(id="us"))

    def process_item(self, remote_id: str | None, process: Any, **values: Any) -> None:
        """Keep an item, as ``harvest/backends/base.py`` does: identified, and once."""
        from udata.harvest.exceptions import HarvestSkipException

        item = Document(remote_id=remote_id, kwargs={}, status="done")
        self.job.items.append(item)
        known = [other.remote_id for other in self.job.items[:-1] if other.status == "done"]
        try:
            if not remote_id:
                raise HarvestSkipException("missing identifier")
            made = process(item, **values)
            item.status = "failed" if remote_id in known else "done"
            setattr(item, process.__name__.removeprefix("process_"), made)
        except HarvestSkipException as error:
            item.status, item.reason = "skipped", str(error)

    def store_graphs(self) -> None:
        """Keep no graphs."""


def valid(address: str) -> str:
    """Return an address of the web."""
    if not address.startswith(("http://", "https://")):
        raise ValueError(address)
    return address


def not_in_future(value: Any, *_: Any, refuse_future: bool = False) -> Any:
    """Return a date that is not in the future (``utils.safe_harvest_datetime``)."""
    return None if refuse_future and str(value) > datetime.now(UTC).isoformat() else value


class Absent(ModuleType):
    """A module that is imported and not used: every name in it is a class of its own."""

    __path__: ClassVar[list[str]] = []

    def __getattr__(self, name: str) -> Any:
        """Return a class; one for errors where the name says so."""
        if name.startswith("__"):
            raise AttributeError(name)
        below = f"{self.__name__}.{name}"
        if below in USED or below in PARSING:
            return importlib.import_module(below)
        base = Exception if name.endswith(("Error", "Exception")) else Document
        made = type(name, (base,), {})
        setattr(self, name, made)
        return made


def stand_in() -> None:
    """Put stand-ins where the parser imports from; its own modules come from the distribution."""
    root = Path(next(iter(importlib.util.find_spec("udata").submodule_search_locations)))  # type: ignore[union-attr, arg-type]

    class Finder:
        """Finds udata's parsing modules, and a stand-in for all others of it."""

        @staticmethod
        def find_spec(name: str, *_: Any) -> importlib.machinery.ModuleSpec | None:
            """Return where a module comes from; None for those that are installed."""
            top = name.partition(".")[0]
            if name in PARSING:
                place = root.joinpath(*name.split(".")[1:]).with_suffix(".py")
                return importlib.util.spec_from_file_location(name, place)
            if top == "udata" or name in UNUSED:
                return importlib.machinery.ModuleSpec(name, Finder, is_package=True)  # type: ignore[arg-type]
            return None

        @staticmethod
        def create_module(spec: importlib.machinery.ModuleSpec) -> Absent:
            return Absent(spec.name)

        @staticmethod
        def exec_module(module: ModuleType) -> None:
            vars(module).update(USED.get(module.__name__, {}))

    sys.meta_path.insert(0, Finder)  # type: ignore[arg-type]


def identity(text: Any, *_: Any, **__: Any) -> Any:
    """Return a text as it is."""
    return text


def by_fields(items: list[Document], **fields: Any) -> Document | None:
    """Return the first item with some fields."""
    return next((i for i in items if all(getattr(i, k) == v for k, v in fields.items())), None)


USED: dict[str, dict[str, Any]] = {
    "udata.i18n": {"lazy_gettext": identity, "_": identity},
    "slugify": {"slugify": lambda written: str(written).replace(" ", "-")},
    "udata.tags": {"slug": lambda tag: str(tag).lower().replace(" ", "-")},
    "udata.uris": {"validate": valid, "ValidationError": ValueError},
    "udata.core.contact_point.models": {"ContactPoint": ContactPoint},
    "udata.core.owned": {"ownership_filter": lambda owner: {}},
    "udata.frontend.markdown": {"parse_html": identity},
    "udata.harvest.filters": {"normalize_tag": lambda tag: str(tag).strip().lower()},
    "udata.harvest.backends.base": {"BaseBackend": Backend},
    "udata.utils": {
        "get_by": by_fields,
        "safe_harvest_datetime": not_in_future,
        "safe_unicode": lambda value: None if value is None else str(value),
        "uniquify": lambda values: list(dict.fromkeys(values)),
    },
}
