"""Subject: the nouns for what the classes are kinds of; flowers for the shipped model, else `train --subject`."""

from dataclasses import dataclass

from classifier.errors import SettingError

LONGEST = 40  # characters of a noun


@dataclass(frozen=True)
class Subject:
    """Nouns for what the classes are kinds of, as inside a sentence: "flower", "flowers".

    Both are empty when nobody has said them: the classes are then just kinds.
    """

    one: str = ""
    many: str = ""

    @property
    def noun(self) -> str:
        """Noun for one: "flower"; "kind"."""
        return self.one or "kind"

    @property
    def nouns(self) -> str:
        """Noun for several: "flowers"; "kinds"."""
        return self.many or "kinds"

    @property
    def kinds(self) -> str:
        """Noun for the classes: "kinds of flowers"; "kinds"."""
        return f"kinds of {self.many}" if self.many else "kinds"

    @property
    def thing(self) -> str:
        """Noun for what a photo shows: "flower"; "thing"."""
        return self.one or "thing"

    @property
    def a_noun(self) -> str:
        """Noun with its article: "a flower", "an insect", "a kind"."""
        return f"{'an' if self.noun[0].lower() in 'aeiou' else 'a'} {self.noun}"

    def count(self, number: int) -> str:
        """Number with its noun: "102 flowers", "1 kind"."""
        return f"{number:,} {self.noun if number == 1 else self.nouns}"

    def count_kinds(self, number: int) -> str:
        """Number of classes: "102 kinds of flowers", "5 kinds"."""
        return f"{number:,} {self.kinds}"

    def __str__(self) -> str:
        """As `parse` reads it."""
        return f"{self.one},{self.many}" if self.one else ""


FLOWERS = Subject("flower", "flowers")
KINDS = Subject()


def parse(text: str) -> Subject:
    """Read a subject: "dog" or, where an s is not enough, "leaf,leaves"; "" for just kinds.

    Raises:
        SettingError: more than two nouns, or one that is too long.
    """
    one, *rest = (part.strip() for part in text.split(","))
    if len(rest) > 1 or (rest and not (one and rest[0])) or len(one) > LONGEST or len("".join(rest)) > LONGEST + 1:
        raise SettingError(
            "--subject is a noun, such as “dog”, or one with its plural, “leaf,leaves”, each of at most "
            f"{LONGEST} characters; got “{text[:80]}”."
        )
    return Subject(one, rest[0] if rest else f"{one}s") if one else KINDS


def subject_of(name: str | None, subject: str | None) -> Subject:
    """Subject of a data set by its name, and by what a checkpoint or a report says of it, as `parse` reads it."""
    if name == "flowers102":
        return FLOWERS
    try:
        return parse(str(subject or ""))
    except SettingError:  # from a newer version, or edited by hand: nouns are not worth a failure
        return KINDS
