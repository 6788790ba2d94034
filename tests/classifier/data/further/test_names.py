import pytest

from classifier.data.further.names import ClassNames
from classifier.data.labels import LabelClass
from classifier.errors import DatasetError

NAMES = ClassNames(
    [
        LabelClass(7, "Black-eyed Susan"),
        LabelClass(3, "ROSE"),
        LabelClass(5, "rose"),
        LabelClass(9, "12"),
        LabelClass(12, "a|b"),
        LabelClass(20, "Café"),
    ]
)


@pytest.mark.parametrize(
    ("text", "positions"),
    [
        ("Black-eyed Susan", (0,)),
        ("black_eyed  susan", (0,)),
        ("BLACK EYED SUSAN", (0,)),
        ("ROSE", (1,)),
        ("rose", (2,)),
        ("12", (3,)),  # a name goes before an id
        ("7", (0,)),
        ("a|b", (4,)),  # a name with the sign for several
        ("rose | Black-eyed Susan", (0, 2)),
        ("rose|rose", (2,)),
        ("cafe\u0301", (5,)),  # the accent as a letter of its own, as macOS writes it
    ],
)
def test_classes_are_found_by_name(text: str, positions: tuple[int, ...]) -> None:
    assert NAMES.of_names(text) == positions


@pytest.mark.parametrize(("text", "positions"), [("7", (0,)), ("12", (4,)), ("9|3", (1, 3)), (" 5 | 5 ", (2,))])
def test_classes_are_found_by_id(text: str, positions: tuple[int, ...]) -> None:
    assert NAMES.of_ids(text) == positions


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("black eyed susanna", "none of the 6 classes. Did you mean “Black-eyed Susan”?"),
        ("Rose", "“Rose” is none of the 6 classes"),  # two classes differ by case alone
        ("郁金香", "“郁金香” is none of the 6 classes. Give the name or the id of a class"),
        ("", "“” is none of the 6 classes"),
        ("99", "“99” is none"),
        ("rose|", "“” is none"),
        ("²", "“²” is none"),
    ],
)
def test_names_of_no_class(text: str, message: str) -> None:
    with pytest.raises(DatasetError) as caught:
        NAMES.of_names(text)
    assert message in str(caught.value)


@pytest.mark.parametrize("text", ["99", "-7", "7.0", "rose", "", "7,3", "٧"])
def test_ids_of_no_class(text: str) -> None:
    with pytest.raises(DatasetError, match="is the id of none of the 6 classes; ids are 3 to 20"):
        NAMES.of_ids(text)
