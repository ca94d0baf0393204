"""New things: their addresses and the files they are written into, as those of their kind have."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, MutableMapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from publisher.rdf.text import folded, plain
from publisher.release.tables.columns import kebab, local
from publisher.writing.fields import Form
from publisher.writing.inventory import Inventory

_LONGEST = 60
_WORD = re.compile(r"[a-z0-9]+")
# The fixed beginning of a pattern for IRIs: "/id/cluster/" of "/id/cluster/[a-z0-9]+$".
_BEGINNING = re.compile(r"\^?(?P<path>[A-Za-z0-9_/#:.-]*[/#])[\[(]")


def slug(name: str) -> str:
    """Return a name as the last part of an address.

    >>> slug("IUC Stål & Verkstad")
    'iuc-stal-verkstad'
    """
    found = "-".join(_WORD.findall(plain(folded(name))))
    return found[:_LONGEST].rstrip("-")


def last_part(thing: str) -> str:
    """Return the last part of an address, as it can stand in another one.

    >>> last_part("https://e.org/id/lake/vänern")
    'vanern'
    """
    return slug(local(thing))


def beginning(inventory: Inventory, form: Form) -> str:
    """Return how the IRIs of a form's things begin: as its pattern says, else as most of them do.

    Things of a class that none is known of begin with ``id/`` and the name of the class.
    """
    base_iri = inventory.sources.base_iri
    if found := _BEGINNING.match(form.pattern):
        path = found["path"]
        return path if ":" in path else base_iri + path.removeprefix("/")
    counts = Counter(re.sub(r"[^/#]+$", "", thing) for thing in form.things)
    own = [(count, begins) for begins, count in counts.items() if begins.startswith(base_iri)]
    return max(own)[1] if own else f"{base_iri}id/{kebab(local(form.class_iri))}/"


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
        owner: IRI of the thing it is a part of: its name stands in front.
        taken: IRIs given away already.
        begins: How IRIs of the form begin, where many are made; else it is looked up.
        numbers: The last number given to each name, where many are made: it is kept up to date.
    """
    wanted = next((found for name in names if (found := slug(name))), kebab(local(form.class_iri)))
    if owner and not wanted.startswith(last_part(owner)):
        wanted = slug(f"{last_part(owner)} {wanted}")
    return free((begins or beginning(inventory, form)) + wanted, inventory, taken, numbers)


def free(
    address: str,
    inventory: Inventory,
    taken: Collection[str] = (),
    numbers: MutableMapping[str, int] | None = None,
) -> str:
    """Return the address, with a number behind it when there is such a thing already."""
    number = numbers.get(address, 1) if numbers is not None else 1
    found = address if number == 1 else f"{address}-{number}"
    while found in inventory.homes or found in taken:
        number += 1
        found = f"{address}-{number}"
    if numbers is not None:
        numbers[address] = number
    return found


@dataclass(frozen=True)
class Habit:
    """Where the things of a form stand.

    Attributes:
        usual: The file with most of them; empty when there are none.
        is_together: Whether most of them stand there.
        is_apart: Whether most of them have a file each.
    """

    usual: str
    is_together: bool = False
    is_apart: bool = False


def habit_of(inventory: Inventory, form: Form) -> Habit:
    """Return where the things of a form stand."""
    homes = Counter(inventory.homes[each] for each in form.things)
    if not homes:
        return Habit("")
    usual, count = homes.most_common(1)[0]
    own = sum(has_own_file(inventory, each) for each in form.things)
    return Habit(usual, count * 2 > len(form.things), own * 2 > len(form.things))


def home_for(
    inventory: Inventory,
    form: Form,
    thing: str,
    near: Iterable[str] = (),
    habit: Habit | None = None,
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
    habit = habit or habit_of(inventory, form)
    nearest = next(iter(near), "")
    if not habit.usual:
        return nearest or f"{_folder(inventory)}/{kebab(local(form.class_iri))}.ttl"
    if habit.is_together:
        return habit.usual
    if nearest:
        return nearest
    if habit.is_apart:
        return f"{PurePosixPath(habit.usual).parent}/{last_part(thing)}.ttl"
    return habit.usual


def has_own_file(inventory: Inventory, thing: str) -> bool:
    """Tell whether a thing has a file that is named after it."""
    return PurePosixPath(inventory.homes.get(thing, "")).stem == last_part(thing)


def _folder(inventory: Inventory) -> str:
    """Return the folder of the dataset with most things."""
    homes = (inventory.homes[thing] for thing in inventory.things if thing in inventory.homes)
    return str(PurePosixPath(Counter(homes).most_common(1)[0][0]).parent)
