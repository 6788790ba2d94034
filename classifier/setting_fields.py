"""Settings declared once: fields of a frozen dataclass with their help, bounds and choices.

Checks, command-line options, environment variables and the README's table all come from the declaration:

    @dataclass(frozen=True)
    class Settings:
        port: int = setting(8050, "port to listen on", low=1, high=65535)
"""

import dataclasses
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

from classifier.errors import SettingError
from classifier.locations import from_root, user_path

_KEY = "setting"


@dataclasses.dataclass(frozen=True)
class Declaration:
    """Declaration of a setting: what `setting` was given, and what its field says.

    Attributes:
        name: name of the field.
        kind: type of one value: int, float, str, bool or Path.
        several: whether the setting is a tuple of such values; empty only if the default is.
        default: what it is unless it is given.
        help: its meaning, as a phrase.
        low, high: the ends of the range, themselves allowed; None where there is no end.
        above, below: the ends of the range, themselves not allowed; None where there is no end.
        choices: the only values that are allowed; empty if any is.
        variable: the environment variable.
        alias: a second name of the command-line option, such as "--lr".
        show_default: whether --help gives the default.
    """

    name: str
    kind: type
    several: bool
    default: Any
    help: str
    low: float | None = None
    high: float | None = None
    above: float | None = None
    below: float | None = None
    choices: tuple[str, ...] = ()
    variable: str = ""
    alias: str | None = None
    show_default: bool = True

    @property
    def option(self) -> str:
        """Name of the command-line option: "--batch-size"."""
        return f"--{self.name.replace('_', '-')}"

    @property
    def rule(self) -> str:
        """Rule that a value keeps, as words after "is": "at least 1"."""
        if self.choices:
            return f"one of {', '.join(self.choices)}"
        if self.low is not None and self.high is not None:
            return f"between {self.low} and {self.high}"
        ends = (("at least", self.low), ("above", self.above), ("at most", self.high), ("below", self.below))
        return " and ".join(f"{words} {end}" for words, end in ends if end is not None)

    @property
    def default_text(self) -> str:
        """Default as one would write it into the environment; "" for none."""
        if isinstance(self.default, Path):
            return str(from_root(self.default))
        return "" if self.default is None else str(self.default)

    def allows(self, value: Any) -> bool:
        """Whether a value keeps the rule. None and (), "not given", do where they are the default."""
        if value in (None, ()) and value == self.default:
            return True
        if self.several:
            return bool(value) and all(self._allows_one(each) for each in value)
        return self._allows_one(value)

    def _allows_one(self, value: Any) -> bool:
        # Each comparison is false for NaN, which is refused that way.
        return (
            (not self.choices or value in self.choices)
            and (self.low is None or value >= self.low)
            and (self.above is None or value > self.above)
            and (self.high is None or value <= self.high)
            and (self.below is None or value < self.below)
        )

    def parse(self, text: str) -> Any:
        """Value that a text from the environment means; choices may be written in any case.

        Raises:
            SettingError: it is not of the kind or not in the range; the message names the variable.
        """
        if self.kind is Path:
            return user_path(text)
        if self.choices:
            found = [choice for choice in self.choices if choice.lower() == text.lower()]
            if not found:
                raise SettingError(f"{self.variable} should be {self.rule}; it is {text!r}.")
            return found[0]
        if self.kind is str:
            return text
        span = f"from {self.low} to {self.high}"
        try:
            number = int(text)
        except ValueError:
            raise SettingError(f"{self.variable} should be a whole number {span}; it is {text!r}.") from None
        if not self.allows(number):
            raise SettingError(f"{self.variable} should be {span}; it is {number}.")
        return number


def setting(default: Any, help: str, **rules: Any) -> Any:
    """Field of a dataclass that declares a setting.

    Args:
        default: what it is unless it is given.
        help: its meaning, as a phrase.
        rules: `low`, `high`, `above`, `below`, `choices`, `variable`, `alias`, `show_default` of `Declaration`.
    """
    return dataclasses.field(default=default, metadata={_KEY: {"help": help, **rules}})


@lru_cache
def declarations(settings: type) -> tuple[Declaration, ...]:
    """The settings that a dataclass declares, in the order of its fields."""
    hints = get_type_hints(settings)
    found = []
    for each in dataclasses.fields(settings):
        if _KEY in each.metadata:
            hint = next((part for part in get_args(hints[each.name]) if part is not NoneType), hints[each.name])
            several = get_origin(hints[each.name]) is tuple
            declared = {"variable": each.name.upper(), **each.metadata[_KEY]}
            found.append(Declaration(each.name, hint, several, each.default, **declared))
    return tuple(found)


def check_values(settings: type, values: Mapping[str, Any]) -> None:
    """Check those values that are given, by the names of their fields.

    Raises:
        SettingError: one breaks its rule; the message names the command-line option.
    """
    for declared in declarations(settings):
        if declared.name in values and not declared.allows(values[declared.name]):
            value = values[declared.name]
            got = f"“{value}”" if isinstance(value, str) else shown(value)
            raise SettingError(f"{declared.option} is {declared.rule}; got {got}.")


def from_environ(settings: type, environ: Mapping[str, str]) -> dict[str, Any]:
    """The values that environment variables give, by the names of the fields; an empty variable counts as unset.

    Raises:
        SettingError: a value is not of the kind or in the range that is declared.
    """
    texts = {declared: environ.get(declared.variable, "").strip() for declared in declarations(settings)}
    return {declared.name: declared.parse(text) for declared, text in texts.items() if text}


def shown(value: Any) -> str:
    """A value as one types it on the command line: 128 160."""
    return " ".join(map(str, value)) if isinstance(value, tuple | list) else str(value)
