"""What has been typed and not saved: one draft a thing."""

from __future__ import annotations

from dataclasses import dataclass, field

from publisher.messages import Text


@dataclass(frozen=True)
class Owner:
    """The thing that a new thing is added to.

    Attributes:
        key: Of its draft, or its IRI.
        path: IRI of the property between the two.
        is_inverse: Whether the new thing points to the owner, and not the owner to it.
        input: Name of the input in which the owner names the new thing; empty: it is a part.
        is_beside: Whether it is written into the owner's file, and its address names the owner.
    """

    key: str
    path: str
    is_inverse: bool = False
    input: str = ""
    is_beside: bool = True

    @property
    def has_part(self) -> bool:
        """Tell whether the new thing is a part of the owner."""
        return not self.is_inverse and not self.input


@dataclass(frozen=True)
class Draft:
    """A thing as somebody wants it to be.

    Attributes:
        key: IRI of a thing that there is; ``new-1`` and so on for one that there is not yet.
        class_iri: Class of its form.
        iri: Its address; of a new thing as it will be.
        pairs: Name and value of every input.
        owner: What it was added to, if it is new and was added to something.
        slug: Last part of the address of a new thing, if somebody typed one.
        revision: How often it was changed: what another window shows may be older.
        is_removed: Whether the thing is to be taken away.
        is_kept: Whether somebody has typed anything, so that it counts.
    """

    key: str
    class_iri: str
    iri: str
    pairs: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    owner: Owner | None = None
    slug: str = ""
    revision: int = 0
    is_removed: bool = False
    is_kept: bool = False

    @property
    def is_new(self) -> bool:
        """Tell whether the thing does not exist yet."""
        return self.key != self.iri


@dataclass(frozen=True)
class Problem:
    """Something typed that can be no value at all.

    Attributes:
        name: What the names of its inputs begin with; empty: the thing as a whole.
        message: What to do, by language.
    """

    name: str
    message: Text
