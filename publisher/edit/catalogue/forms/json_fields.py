"""The fields of JSON, with account of what was read of them: what was not, is named."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any


def says_nothing(value: object) -> bool:
    """Tell whether a value is none: null, or an empty text, list or object; 0 and false are some.

    >>> says_nothing([]), says_nothing(0), says_nothing(False)
    (True, False, False)
    """
    return value is None or (isinstance(value, str | list | dict) and not value)


def shown(value: object) -> str:
    """Return a value of JSON as a report shows it."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def listed(value: object) -> list[Any]:
    """Return a value as a list: itself, its members, or nothing.

    >>> listed("a"), listed(["a"]), listed(None)
    (['a'], ['a'], [])
    """
    return [each for each in (value if isinstance(value, list) else [value]) if each is not None]


def written_text(value: object) -> str:
    """Return a text or number without spaces around it; empty for anything else.

    >>> written_text(" a "), written_text(7), written_text(True), written_text({})
    ('a', '7', '', '')
    """
    is_plain = isinstance(value, str | int | float) and not isinstance(value, bool)
    return str(value).strip() if is_plain else ""


Whole = Callable[[Mapping[str, Any]], Mapping[str, Any]]


def _as_it_is(found: Mapping[str, Any]) -> Mapping[str, Any]:
    return found


class JsonFields:
    """The fields of one JSON object; each way of reading one takes note that it was read."""

    def __init__(self, found: object, path: str = "") -> None:
        """Begin with nothing read.

        Args:
            found: The object; anything else has no fields.
            path: Of the object in the whole, for the names of what is left.
        """
        self._found: Mapping[str, Any] = found if isinstance(found, dict) else {}
        self._path = path
        self._read: set[str] = set()
        self._within: dict[str, list[JsonFields]] = {}
        self._odd: list[tuple[str, object]] = []

    def __bool__(self) -> bool:
        """Tell whether there are any."""
        return bool(self._found)

    @property
    def whole(self) -> Mapping[str, Any]:
        """Return the object itself."""
        return self._found

    def __contains__(self, key: str) -> bool:
        """Tell whether a field says something."""
        return not says_nothing(self._found.get(key))

    def text(self, *keys: str) -> str:
        """Return the first text or number in some fields; others with the same count as read."""
        found = ""
        for key in keys:
            written = written_text(self._found.get(key))
            if written and (not found or written == found):
                found = written
                self._read.add(key)
        return found

    def texts(self, *keys: str) -> list[str]:
        """Return the texts and numbers in some fields, each one or a list; others are left."""
        found: list[str] = []
        for key in keys:
            values = listed(self._found.get(key))
            texts = [each for each in map(written_text, values) if each]
            if texts:
                found += texts
                self._read.add(key)
                odd = [v for v in values if not written_text(v) and not says_nothing(v)]
                self._odd += [(self._path + key, value) for value in odd]
        return list(dict.fromkeys(found))

    def within(self, key: str) -> JsonFields:
        """Return the fields of an object; of the first, where there are several."""
        found = self.each(key)
        return found[0] if found else JsonFields({})

    def each(self, key: str, whole: Whole = _as_it_is) -> list[JsonFields]:
        """Return the fields of each object in a field; what is no object is left.

        Args:
            key: The field.
            whole: Gives what else is said of an object, in another place.
        """
        if key not in self._within:
            values = listed(self._found.get(key))
            objects = [each for each in values if isinstance(each, dict)]
            self._within[key] = [JsonFields(whole(each), f"{self._path}{key}.") for each in objects]
            if objects:
                self._read.add(key)
                odd = [v for v in values if not isinstance(v, dict) and not says_nothing(v)]
                self._odd += [(self._path + key, value) for value in odd]
        return self._within[key]

    def value(self, key: str) -> Any:
        """Return a value as it is, which counts as read."""
        self._read.add(key)
        return self._found.get(key)

    def look(self, key: str) -> Any:
        """Return a value as it is, which does not count as read."""
        return self._found.get(key)

    def take_odd(self, key: str) -> None:
        """Take note that texts beside the objects of a field were read too."""
        path = self._path + key
        self._odd = [pair for pair in self._odd if pair[0] != path or not written_text(pair[1])]

    def own(self, *keys: str) -> None:
        """Take note that fields are of use to their system alone, and name nothing of the data."""
        self._read.update(keys)

    def rest(self) -> Iterator[tuple[str, str]]:
        """Yield path and value of everything that was not read."""
        for key, value in self._found.items():
            if key not in self._read and not says_nothing(value):
                yield self._path + key, shown(value)
        for path, value in self._odd:
            yield path, shown(value)
        for several in self._within.values():
            for each in several:
                yield from each.rest()
