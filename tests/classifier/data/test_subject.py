"""What the classes are kinds of, in words."""

import pytest

from classifier.data.subject import FLOWERS, KINDS, Subject, parse, subject_of
from classifier.errors import SettingError


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("flower", FLOWERS),
        (" dog ", Subject("dog", "dogs")),
        ("leaf,leaves", Subject("leaf", "leaves")),
        ("leaf , leaves", Subject("leaf", "leaves")),
        ("Blume,Blumen", Subject("Blume", "Blumen")),
        ("d" * 40, Subject("d" * 40, "d" * 40 + "s")),
        ("", KINDS),
        ("  ", KINDS),
    ],
)
def test_a_noun_is_read_and_written(text: str, subject: Subject):
    assert parse(text) == subject
    assert parse(str(subject)) == subject


@pytest.mark.parametrize("text", ["a,b,c", ",dogs", "dog,", "d" * 41, f"dog,{'d' * 42}"])
def test_what_is_no_noun_is_told(text: str):
    with pytest.raises(SettingError, match=r"--subject is a noun, such as “dog”.*got “"):
        parse(text)


@pytest.mark.parametrize(
    ("subject", "words"),
    [
        (FLOWERS, ("flower", "flowers", "kinds of flowers", "flower", "a flower", "1 flower", "1,002 flowers")),
        (Subject("insect", "insects"),
         ("insect", "insects", "kinds of insects", "insect", "an insect", "1 insect", "1,002 insects")),
        (KINDS, ("kind", "kinds", "kinds", "thing", "a kind", "1 kind", "1,002 kinds")),
    ],
)  # fmt: skip
def test_words(subject: Subject, words: tuple[str, ...]):
    counts = subject.count(1), subject.count(1002)
    assert (subject.noun, subject.nouns, subject.kinds, subject.thing, subject.a_noun, *counts) == words


@pytest.mark.parametrize(
    ("dataset", "subject"),
    [
        ({"name": "flowers102"}, FLOWERS),
        ({"name": "pets", "subject": "dog,dogs"}, Subject("dog", "dogs")),
        ({"name": "pets"}, KINDS),
        ({"name": "pets", "subject": None}, KINDS),
        ({"name": "pets", "subject": "a,b,c"}, KINDS),
        ({}, KINDS),
    ],
)
def test_a_checkpoint_tells_its_subject(dataset: dict, subject: Subject):
    assert subject_of(dataset.get("name"), dataset.get("subject")) == subject
