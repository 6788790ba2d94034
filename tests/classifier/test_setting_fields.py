from dataclasses import dataclass
from pathlib import Path

import pytest

from classifier.errors import SettingError
from classifier.setting_fields import check_values, declarations, from_environ, setting


@dataclass(frozen=True)
class Example:
    port: int = setting(80, "port", low=1, high=99)
    rate: float = setting(0.5, "rate", above=0, high=1)
    share: float = setting(0.5, "share", low=0, below=1)
    sides: tuple[int, ...] = setting((32,), "sides", low=32)
    side: int | None = setting(None, "side", low=32)
    level: str = setting("LOW", "level", choices=("LOW", "HIGH"), variable="LOG_LEVEL")
    folder: Path | None = setting(None, "folder")
    undeclared: int = 3


def test_a_declaration_has_what_its_field_says() -> None:
    by_name = {each.name: each for each in declarations(Example)}
    assert list(by_name) == ["port", "rate", "share", "sides", "side", "level", "folder"]
    assert [each.kind for each in by_name.values()] == [int, float, float, int, int, str, Path]
    assert [name for name, each in by_name.items() if each.several] == ["sides"]
    assert (by_name["port"].variable, by_name["level"].variable) == ("PORT", "LOG_LEVEL")
    assert by_name["port"].option == "--port"
    assert Example().port == by_name["port"].default == 80


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("port", 0, "--port is between 1 and 99; got 0."),
        ("rate", 0.0, "--rate is above 0 and at most 1; got 0.0."),
        ("rate", float("nan"), "--rate is above 0 and at most 1; got nan."),
        ("share", 1.0, "--share is at least 0 and below 1; got 1.0."),
        ("sides", (32, 8), "--sides is at least 32; got 32 8."),
        ("sides", (), "--sides is at least 32; got ."),
        ("side", 8, "--side is at least 32; got 8."),
        ("level", "low", "--level is one of LOW, HIGH; got “low”."),
    ],
)
def test_a_value_that_breaks_its_rule_is_named(name: str, value: object, message: str) -> None:
    with pytest.raises(SettingError) as caught:
        check_values(Example, {name: value})
    assert str(caught.value) == message


def test_only_what_is_given_is_checked_and_none_is_the_default_of_some() -> None:
    check_values(Example, {"port": 99, "side": None, "undeclared": -1})


def test_the_environment_gives_values_by_the_names_of_the_fields() -> None:
    environ = {"PORT": " 7 ", "LOG_LEVEL": "high", "FOLDER": "~/x", "RATE": "", "LEVEL": "ignored"}
    assert from_environ(Example, environ) == {"port": 7, "level": "HIGH", "folder": Path.home() / "x"}
    with pytest.raises(SettingError, match="LOG_LEVEL should be one of LOW, HIGH; it is 'medium'"):
        from_environ(Example, {"LOG_LEVEL": "medium"})
