from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.data.labels import (
    LabelClass,
    class_name,
    look_alike_key,
    look_alikes,
    name_key,
    read_classes,
    read_distinctions,
)
from classifier.errors import DatasetError

DATA = Path(__file__).parents[3] / "data"
HEADER = "class_id,name,scientific_name,family\n"


def write(folder: Path, text: str) -> Path:
    path = folder / "classes.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_classes_come_sorted_and_empty_cells_are_none(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER + "2,Rose,Rosa,Rosaceae\n1, Wallflower ,Erysimum × cheiri,\n")
    assert read_classes(path) == (
        LabelClass(1, "Wallflower", "Erysimum × cheiri", None),
        LabelClass(2, "Rose", "Rosa", "Rosaceae"),
    )


def test_a_table_saved_by_a_spreadsheet_is_read(tmp_path: Path) -> None:
    path = tmp_path / "classes.csv"
    path.write_bytes(b"\xef\xbb\xbf" + HEADER.replace("\n", "\r\n").encode() + b'1,"Rose, wild",Rosa,Rosaceae\r\n')
    assert read_classes(path)[0].name == "Rose, wild"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"lacks the column\(s\) class_id, name, scientific_name, family"),
        ("class_id,name\n1,Rose\n", r"lacks the column\(s\) scientific_name, family; it needs class_id,name"),
        (HEADER, "lists no class"),
        (HEADER + "x,Rose,,\n", "whole-numbered class_id"),
        (HEADER + "1,,Rosa,\n", "Class 1 has no name"),
        (HEADER + "1\n", "needs a whole-numbered class_id and a name"),
        (HEADER + "1,Rose,,\n1,Tulip,,\n", "gives class id 1 more than once"),
    ],
)
def test_a_bad_table_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(DatasetError, match=message):
        read_classes(write(tmp_path, text))


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00bad"])
def test_an_unreadable_table_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "classes.csv"
    if content:
        path.write_bytes(content)
    with pytest.raises(DatasetError, match=r"classes\.csv cannot be read"):
        read_classes(path)


@pytest.mark.parametrize("label", [LabelClass(7, "Moon orchid"), LabelClass(74, "Rose", "Rosa", "Rosaceae")])
def test_a_dictionary_brings_a_class_back(label: LabelClass) -> None:
    assert LabelClass.from_dict(label.to_dict()) == label


def test_unknown_keys_are_ignored() -> None:
    assert LabelClass.from_dict({"class_id": "7", "name": "Rose", "colour": "red"}) == LabelClass(7, "Rose")


@pytest.mark.parametrize(
    "values", [{}, {"class_id": 1}, {"class_id": None, "name": "Rose"}, {"class_id": 1, "name": 2}]
)
def test_a_bad_dictionary_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(DatasetError, match="class_id and a name"):
        LabelClass.from_dict(values)


def test_the_shipped_classes() -> None:
    classes = read_classes(DATA / "classes.csv")
    assert [label.class_id for label in classes] == list(range(1, 103))
    assert len({label.name for label in classes}) == 102
    for label in classes:
        assert label.name[0].isupper()
        assert label.name == label.name.strip()
        assert label.scientific_name
        assert label.scientific_name[0].isupper()
        assert label.family
        assert label.family.endswith("aceae")


def test_the_known_slips_are_repaired() -> None:
    names = {label.class_id: label.name for label in read_classes(DATA / "classes.csv")}
    assert names[12] == "Coltsfoot"
    assert names[41] == "Barberton daisy"
    assert names[78] == "Lotus"
    assert names[89] == "Nasturtium"


def test_the_data_card_tells_every_repair() -> None:
    """Each name that differs from Udacity's by more than capitals stands in the card's tables, beside the old one."""
    card = (DATA / "README.md").read_text(encoding="utf-8")
    names = {label.class_id: label.name for label in read_classes(DATA / "classes.csv")}
    rows = [
        line.strip("|").split("|")
        for line in card.splitlines()
        if line.startswith("| ") and line[2:4].strip().isdigit()
    ]
    repaired = {int(row[0]): row[2].strip() for row in rows}
    assert len(repaired) == 12
    assert all(names[class_id] == name for class_id, name in repaired.items())


NFC, NFD = "Rosé", "Rose\u0301"


@pytest.mark.parametrize(
    "other",
    [
        NFD,
        "Rosé ",
        " Rosé",
        "Rosé\u00a0",
        "\u2003Rosé",
        "Rosé\u200b",
        "Rosé\ufeff",
        "Ro\u00adsé",
        "R\u2060osé",
    ],
)
def test_names_in_which_no_difference_is_seen_are_one(other: str) -> None:
    assert name_key(class_name(other)) == name_key(NFC) == NFC
    assert look_alike_key(class_name(other)) == look_alike_key(NFC)


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        (NFD, NFC),
        ("  sea   thrift\u00a0", "sea thrift"),
        ("a\nb", "a\\nb"),  # a line end is no space
        ("ros\udce9", "ros\\xe9"),  # a byte that is not UTF-8
        ("می\u200cخواهم", "می\u200cخواهم"),  # Persian is written with it
        ("郁金香", "郁金香"),
        (" \u3000", ""),
    ],
)
def test_the_name_of_a_class_is_that_of_its_folder(folder: str, name: str) -> None:
    assert class_name(folder) == name


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Rose", "rose"),
        ("ROSÉ", "rose\u0301"),
        ("Straße", "STRASSE"),
        ("Rose", "\uff32ose"),
        ("rose", "r\u043ese"),
        ("AB", "\u0410\u0412"),
        ("x\u00b2", "x2"),
        ("sea thrift", "Sea  Thrift "),
        ("\ufb01g", "fig"),
    ],
)
def test_names_that_are_easily_taken_for_each_other_are_two(one: str, other: str) -> None:
    assert look_alike_key(one) == look_alike_key(other)
    assert look_alikes([one, "lily", other]) == [(one, other)]


@pytest.mark.parametrize(("one", "other"), [("Rose", "rose"), ("a", "A"), ("rose", "roses"), ("ä", "a"), ("", "a")])
def test_names_that_differ_are_kept_apart(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)


def test_other_names_look_like_none() -> None:
    assert look_alikes(["rose", "роза", "ρόδο", "薔薇", "tulip", "b", "d"]) == []


@given(st.text())
def test_any_text_has_its_keys(text: str) -> None:
    name = class_name(text)
    assert class_name(name) == name or "\\" in name
    assert look_alike_key(name) == look_alike_key(name_key(name)) or "\\" in name


def test_distinctions_are_of_two_classes_that_exist_and_differ() -> None:
    distinctions = read_distinctions(DATA / "distinctions.csv")
    known = {label.class_id for label in read_classes(DATA / "classes.csv")}
    assert distinctions
    for pair, difference in distinctions.items():
        assert len(pair) == 2
        assert pair <= known
        assert difference.endswith(".")
    lines = (DATA / "distinctions.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == len(distinctions) + 1  # no pair twice


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("class_id,other_id\n1,2\n", r"lacks the column\(s\) difference"),
        ("class_id,other_id,difference\nrose,2,x\n", "class_id and other_id are whole numbers"),
    ],
)
def test_a_bad_table_of_distinctions_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(DatasetError, match=message):
        read_distinctions(write(tmp_path, text))


def test_without_a_table_nothing_is_told_apart(tmp_path: Path) -> None:
    assert read_distinctions(tmp_path / "distinctions.csv") == {}
