"""What the sources hold, looked up as editing needs it; addresses and files of new things."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, MutableMapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import PurePosixPath

from pyoxigraph import NamedNode

from publisher.edit.catalogue_forms import beginning_of, file_of_entry, read_catalogue_forms
from publisher.edit.fields import Form
from publisher.load.files import Role
from publisher.load.made_labels import read_made_properties
from publisher.load.sources import Sources
from publisher.messages import Text
from publisher.rdf.label_templates import MadeProperty, ValuesOf
from publisher.rdf.namespaces import LABELS, iri
from publisher.rdf.subjects import Subjects, Term
from publisher.rdf.text import fold, plain_letters
from publisher.release.tables.columns import kebab_case, local_name

_TYPE = iri("rdf:type")
_DESCRIBED = (Role.ONTOLOGY, Role.DATA, Role.CATALOGUE)


class Inventory:
    """Sources, indexed once; it does not change when they do."""

    def __init__(self, sources: Sources) -> None:
        """Index what the sources say."""
        self.sources = sources
        self.properties = Subjects(sources.quads(*_DESCRIBED))
        self.catalogue = read_catalogue_forms(sources)
        self.shapes = Subjects(chain(sources.quads(Role.SHAPES), self.catalogue.shapes))

    def types(self, thing: str) -> tuple[str, ...]:
        """Return the classes that a thing is said to be of, sorted."""
        return self.properties.nodes(thing, _TYPE)

    def names(self, thing: str) -> Text:
        """Return what a thing is called: language tag → name."""
        return (
            self.properties.names(thing)
            or self.catalogue.labels.get(thing, {})
            or self.made_names(thing, self.types(thing), self.properties.values)
        )

    def made_names(self, thing: str, types: Iterable[str], values_of: ValuesOf) -> dict[str, str]:
        """Return the name that shapes make of what a thing has; no file holds it.

        Args:
            thing: Its IRI.
            types: Its classes.
            values_of: Thing and property → values.
        """
        known = set(types) if self.made else set()
        for each, classes in self.made:
            if known & classes:
                made = each.missing(thing, values_of)
                return {label.language or "": label.value for label in made}
        return {}

    @cached_property
    def made(self) -> tuple[tuple[MadeProperty, Set[str]], ...]:
        """Return the properties that name things and are made, and the classes of such things."""
        return tuple(
            (each, {c for name in each.classes for c in self._with_subclasses(name)})
            for each in read_made_properties(self.sources.files)
            if each.path in LABELS
        )

    def instances(self, class_iri: str) -> tuple[str, ...]:
        """Return the things of a class and of its subclasses, sorted (SHACL, section 1.1)."""
        classes = self._with_subclasses(class_iri)
        return tuple(sorted({thing for name in classes for thing in self._instances.get(name, ())}))

    def subjects(self, path: str, value: str) -> tuple[str, ...]:
        """Return the things that have an IRI as a value of a property, sorted."""
        return self.properties.subjects(path, value)

    def pointing(self, thing: str) -> tuple[tuple[str, str], ...]:
        """Return property and subject of every triple whose value is an IRI, sorted."""
        return self.properties.pointing(thing)

    def values(self, thing: str, path: str, is_inverse: bool = False) -> tuple[Term, ...]:
        """Return the values of a property of a thing, sorted; inverse: what points to it."""
        if is_inverse:
            return tuple(NamedNode(subject) for subject in self.subjects(path, thing))
        return self.properties.values(thing, path)

    @cached_property
    def defining_files(self) -> dict[str, str]:
        """Return thing → name of the file that states its type, or else names it first."""
        files: dict[str, str] = {}
        typed: dict[str, str] = {}
        for file in self.sources.of_role(*_DESCRIBED):
            for triple in file.triples:
                if isinstance(triple.subject, NamedNode):
                    files.setdefault(triple.subject.value, file.name)
                    if triple.predicate.value == _TYPE:
                        typed.setdefault(triple.subject.value, file.name)
        return files | typed

    @cached_property
    def things(self) -> frozenset[str]:
        """Return everything that a file of data describes, and the entries of the catalogue."""
        return self.catalogue.things.union(
            triple.subject.value
            for file in self.sources.of_role(Role.DATA)
            for triple in file.triples
            if isinstance(triple.subject, NamedNode)
        )

    @cached_property
    def _instances(self) -> dict[str, list[str]]:
        by_class: dict[str, list[str]] = defaultdict(list)
        for thing in self.properties:
            for name in self.types(thing):
                by_class[name].append(thing)
        return by_class

    def _with_subclasses(self, class_iri: str) -> set[str]:
        classes, waiting = {class_iri}, [class_iri]
        while waiting:
            for narrower in self.subjects(iri("rdfs:subClassOf"), waiting.pop()):
                if narrower not in classes:
                    classes.add(narrower)
                    waiting.append(narrower)
        return classes


# New things: their addresses and the files they are written into, as those of their kind have.

_LONGEST = 60
_WORD = re.compile(r"[a-z0-9]+")
# The fixed beginning of a pattern for IRIs: "/id/cluster/" of "/id/cluster/[a-z0-9]+$".
_BEGINNING = re.compile(r"\^?(?P<path>[A-Za-z0-9_/#:.-]*[/#])[\[(]")


def slug(name: str) -> str:
    """Return a name as the last part of an address.

    >>> slug("IUC Stål & Verkstad")
    'iuc-stal-verkstad'
    """
    joined = "-".join(_WORD.findall(plain_letters(fold(name))))
    return joined[:_LONGEST].rstrip("-")


def last_part(thing: str) -> str:
    """Return the last part of an address, as it can stand in another one.

    >>> last_part("https://e.org/id/lake/vänern")
    'vanern'
    """
    return slug(local_name(thing))


def iri_prefix(inventory: Inventory, form: Form) -> str:
    """Return the common prefix of a form's IRIs: from its pattern, else from most things.

    Things of a class that none is known of begin with ``id/`` and the name of the class.
    """
    base_iri = inventory.sources.base_iri
    if match := _BEGINNING.match(form.pattern):
        path = match["path"]
        return path if ":" in path else base_iri + path.removeprefix("/")
    counts = Counter(re.sub(r"[^/#]+$", "", thing) for thing in form.things)
    own = [(count, begins) for begins, count in counts.items() if begins.startswith(base_iri)]
    entry = beginning_of(form.class_iri) if is_of_catalogue(inventory, form) else ""
    if entry:
        # The file of one dataset says nothing of the next, nor does a thing right below the base.
        own = [each for each in own if each[1] != base_iri and entry != "distribution/"]
    usual = entry or f"id/{kebab_case(local_name(form.class_iri))}/"
    return max(own)[1] if own else base_iri + usual


def is_of_catalogue(inventory: Inventory, form: Form) -> bool:
    """Tell whether a form is for entries of the catalogue."""
    return bool(inventory.catalogue.shapes) and all(
        inventory.defining_files[each].startswith("data/catalogue") for each in form.things
    )


def address_for(
    inventory: Inventory,
    form: Form,
    names: Sequence[str],
    owner: str = "",
    taken: Collection[str] = (),
    begins: str = "",
    numbers: MutableMapping[str, int] | None = None,
) -> str:
    """Return a free IRI for a new thing; it stays for good, whatever the thing is called later.

    Args:
        inventory: What there is.
        form: The form of the thing.
        names: What it is called, the wanted name first.
        owner: IRI of the thing it is a part of: its name is in front.
        taken: IRIs given away already.
        begins: How IRIs of the form begin, where many are made; else it is looked up.
        numbers: The last number given to each name, where many are made: it is kept up to date.
    """
    last = next(
        (word for name in names if (word := slug(name))), kebab_case(local_name(form.class_iri))
    )
    if owner and not last.startswith(last_part(owner)):
        last = slug(f"{last_part(owner)} {last}")
    return free_address((begins or iri_prefix(inventory, form)) + last, inventory, taken, numbers)


def free_address(
    address: str,
    inventory: Inventory,
    taken: Collection[str] = (),
    numbers: MutableMapping[str, int] | None = None,
) -> str:
    """Return the address, with a number appended when it is taken."""
    number = numbers.get(address, 1) if numbers is not None else 1
    free = address if number == 1 else f"{address}-{number}"
    while free in inventory.defining_files or free in taken:
        number += 1
        free = f"{address}-{number}"
    if numbers is not None:
        numbers[address] = number
    return free


@dataclass(frozen=True)
class FileHabit:
    """The files that the things of a form are usually written into.

    Attributes:
        usual: The file with most of them; empty when there are none.
        is_together: Whether most of them stand there.
        is_apart: Whether most of them have a file each.
    """

    usual: str
    is_together: bool = False
    is_apart: bool = False


def file_habit(inventory: Inventory, form: Form) -> FileHabit:
    """Return the files that the things of a form are usually written into."""
    files = Counter(inventory.defining_files[each] for each in form.things)
    if not files:
        return FileHabit("")
    usual, count = files.most_common(1)[0]
    own = sum(has_own_file(inventory, each) for each in form.things)
    return FileHabit(usual, count * 2 > len(form.things), own * 2 > len(form.things))


def file_for_new_thing(
    inventory: Inventory,
    form: Form,
    thing: str,
    near: Iterable[str] = (),
    habit: FileHabit | None = None,
) -> str:
    """Return the name of the file that a new thing is written into.

    Where one file holds most things of its form, it goes there; where they stand with what they
    belong to, it does too; where they have a file each, it gets one.

    Args:
        inventory: What there is.
        form: The form of the thing.
        thing: Its IRI.
        near: Names of the files of the things it belongs to, the nearest first.
        habit: Where the things of the form stand, where many are added; else it is looked up.
    """
    habit = habit or file_habit(inventory, form)
    nearest = next(iter(near), "")
    if is_of_catalogue(inventory, form):
        together = habit.usual if habit.is_together and len(form.things) > 1 else ""
        entry = file_of_entry(form.class_iri, last_part(thing), nearest, together)
        if entry:
            return entry
    if form.scheme and not habit.usual:  # the first of its list
        return inventory.defining_files[form.scheme]
    if not habit.usual:
        return nearest or f"{_folder(inventory)}/{kebab_case(local_name(form.class_iri))}.ttl"
    if habit.is_together:
        return habit.usual
    if nearest:
        return nearest
    if habit.is_apart:
        return f"{PurePosixPath(habit.usual).parent}/{last_part(thing)}.ttl"
    return habit.usual


def has_own_file(inventory: Inventory, thing: str) -> bool:
    """Tell whether a thing has a file that is named after it."""
    return PurePosixPath(inventory.defining_files.get(thing, "")).stem == last_part(thing)


def _folder(inventory: Inventory) -> str:
    """Return the folder of the dataset with most things."""
    defining_files = (
        inventory.defining_files[thing]
        for thing in inventory.things
        if thing in inventory.defining_files
    )
    return str(PurePosixPath(Counter(defining_files).most_common(1)[0][0]).parent)
