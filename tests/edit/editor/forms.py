"""A form as a browser without scripts sees and sends it."""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import urlencode

from flask.testing import FlaskClient
from werkzeug.test import TestResponse


class _Inputs(HTMLParser):
    """Reads the inputs of the form called ``thing``."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self.labels: dict[str, str] = {}
        self._area = self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        name = said.get("name", "")
        if said.get("aria-label") and name:
            self.labels.setdefault(said["aria-label"], name)
        if tag == "select":
            self._select = name
            self.found[name] = ""
        elif tag == "option" and self._select and "selected" in said:
            self.found[self._select] = said["value"]
        elif tag == "textarea":
            self._area = name
            self.found[name] = ""
        elif tag == "input" and name and (said.get("type") != "checkbox" or "checked" in said):
            self.found[name] = said.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        elif tag == "textarea":
            self.found[self._area] = self.found[self._area].removeprefix("\n")
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.found[self._area] += data


class Page:
    """The form of one thing, to be filled in by the labels of its inputs."""

    def __init__(self, client: FlaskClient, key: str, language: str = "sv") -> None:
        """Open the form of a thing."""
        self._client = client
        self.open(f"/{language}/thing?" + urlencode({"key": key}))

    def open(self, address: str) -> None:
        """Open the form at an address."""
        self.address = address.removeprefix("http://localhost")
        answer = self._client.get(self.address)
        assert answer.status_code == 200, answer.text
        self.read(answer.text)

    def read(self, text: str) -> None:
        """Take up a form that was answered."""
        inputs = _Inputs()
        inputs.feed(text)
        self.text, self.inputs, self.labels = text, inputs.found, inputs.labels

    def fill(self, **values: str) -> None:
        """Type values into inputs, by label with ``_`` for spaces."""
        for label, value in values.items():
            self.type(label.replace("_", " "), value)

    def type(self, label: str, value: str) -> None:
        """Type a value into the input with a label."""
        self.inputs[self.labels[label]] = value

    def value(self, label: str) -> str:
        """Return what stands in the input with a label."""
        return self.inputs[self.labels[label]]

    def button(self, start: str, part: str = "") -> str:
        """Return the value of the first button that begins so and holds a part."""
        values = (text for text in self.text.split('"') if text.startswith(start))
        return next(value for value in values if part in value)

    def press(self, go: str) -> TestResponse:
        """Press a button, without following where it leads."""
        return self._client.post(self.address, data={**self.inputs, "go": go})

    def go(self, go: str) -> Page:
        """Press a button that leads to a form, and open that form."""
        answer = self.press(go)
        assert answer.status_code == 303, answer.text
        self.open(answer.headers["Location"])
        return self


def saved(client: FlaskClient, language: str = "sv") -> TestResponse:
    """Press the button that saves."""
    return client.post(f"/{language}/save")
