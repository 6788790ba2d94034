"""Help on terminals of any width."""

import pytest

from classifier.__main__ import COMMANDS, main
from classifier.cli.help import lay_out

EXAMPLES = """examples:
  tool run --all                 everything
  tool run --data photos --output somewhere/deep/in/folders
                                 what it does"""


def test_wide_terminals_show_examples_as_written():
    assert lay_out(EXAMPLES, 100) == EXAMPLES


def test_narrow_terminals_show_commands_that_can_be_typed_still():
    assert lay_out(EXAMPLES, 32).splitlines() == [
        "examples:",
        "  tool run --all",
        "      # everything",
        "  tool run --data photos \\",
        "      --output \\",
        "      somewhere/deep/in/folders",
        "      # what it does",
    ]


def test_prose_is_as_wide_as_the_terminal():
    assert lay_out("One two\nthree four.", 40) == "One two three four."
    assert lay_out("One two\nthree four.", 10) == "One two\nthree\nfour."


@pytest.mark.parametrize("command", COMMANDS)
def test_every_help_fits_into_80_columns(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str
):
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit):
        main([command.replace("_", "-"), "--help"])
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 80
