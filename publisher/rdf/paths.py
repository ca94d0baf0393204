"""Property paths, as the sequences of steps that forms, tables and checks follow."""

from __future__ import annotations

from typing import NamedTuple


class PathStep(NamedTuple):
    """A step along a property (SHACL, section 2.3.1: predicate, inverse and zero-or-more paths).

    Attributes:
        predicate: IRI of the property.
        is_inverse: Whether it goes from object to subject.
        is_repeated: Whether it is taken as often as it can be, also not at all.
    """

    predicate: str
    is_inverse: bool = False
    is_repeated: bool = False

    @property
    def is_plain(self) -> bool:
        """Tell whether it goes once from subject to object."""
        return not (self.is_inverse or self.is_repeated)
