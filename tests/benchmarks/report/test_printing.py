import pytest

from benchmarks.report.printing import print_result
from benchmarks.report.records import Result, Table


def test_tables_and_notes_are_printed_as_they_are(capsys: pytest.CaptureFixture[str]):
    print_result(Result((Table("Speed [red]", ("", "ms"), (("a :rose:", "1.5"),)),), notes=("A note.",)))
    printed = capsys.readouterr().out
    for words in ("Speed [red]", "ms", "a :rose:", "1.5", "A note."):
        assert words in printed
