"""Names of classes as people write them in tables and folders → positions of the classes."""

import difflib
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence

from classifier.data.labels import LabelClass
from classifier.errors import DatasetError

SEVERAL = "|"  # between classes of which any counts as right


class ClassNames:
    """Finder of classes by name or id.

    Args:
        classes: in the order of their positions.
    """

    def __init__(self, classes: Sequence[LabelClass]) -> None:
        self.classes = classes
        self._by_id = {label.class_id: position for position, label in enumerate(classes)}
        self._by_name = {label.name: position for position, label in enumerate(classes)}
        counts = Counter(_plain(label.name) for label in classes)
        self._by_plain_name = {
            _plain(label.name): position
            for position, label in enumerate(classes)
            if counts[_plain(label.name)] == 1  # else only the exact name tells which of the two
        }

    def of_ids(self, text: str) -> tuple[int, ...]:
        """Positions of class ids: "56" or "56|60", in order.

        Raises:
            DatasetError: it is no id, or that of no class.
        """
        return self._positions(text, self._of_id)

    def of_names(self, text: str) -> tuple[int, ...]:
        """Positions of classes by name or, where no class is called so, by id: "Rose", "rose|tulip", "74".

        Case, underscores, hyphens and further spaces make no difference.

        Raises:
            DatasetError: no class has the name or the id.
        """
        if text in self._by_name:  # a name may have the sign in it
            return (self._by_name[text],)
        return self._positions(text, self._of_name)

    def _positions(self, text: str, find: Callable[[str], int]) -> tuple[int, ...]:
        return tuple(sorted({find(part.strip()) for part in text.split(SEVERAL)}))

    def _of_id(self, text: str) -> int:
        position = self._by_id.get(int(text)) if text.isascii() and text.isdigit() else None
        if position is None:
            ids = sorted(self._by_id)
            raise DatasetError(
                f"“{text}” is the id of none of the {len(self.classes)} classes; ids are {ids[0]} to {ids[-1]}, with "
                f"“{SEVERAL}” between several."
            )
        return position

    def _of_name(self, text: str) -> int:
        position = self._by_name.get(text, self._by_plain_name.get(_plain(text)))
        if position is not None:
            return position
        if text.isascii() and text.isdigit() and int(text) in self._by_id:
            return self._by_id[int(text)]
        near = difflib.get_close_matches(_plain(text), self._by_plain_name, n=2, cutoff=0.6)
        names = " or ".join(f"“{self.classes[self._by_plain_name[name]].name}”" for name in near)
        meant = f" Did you mean {names}?" if near else " Give the name or the id of a class."
        raise DatasetError(f"“{text}” is none of the {len(self.classes)} classes.{meant}")


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]+", " ", unicodedata.normalize("NFKC", name).casefold()).strip()
