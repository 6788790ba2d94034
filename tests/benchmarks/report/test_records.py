from pathlib import Path

import pytest

from benchmarks.report.records import Record, Result, Table, read_records, write_records

RECORD = Record(
    Result((Table("Speed", ("", "ms"), (("a | b", "1.5"),)),), {"ms": 1.5}, ("A note.",)),
    date="2026-11-27",
    command="python -m benchmarks --only api",
    machine={"processor": "Abacus", "cores": "2"},
    others_percent=3.5,
)


def test_records_are_read_as_they_were_written(tmp_path: Path):
    write_records(tmp_path / "records.json", {"api": RECORD})
    assert read_records(tmp_path / "records.json") == {"api": RECORD}


def test_where_there_is_no_file_there_are_no_records(tmp_path: Path):
    assert read_records(tmp_path / "none.json") == {}


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"format": 0, "records": {}}', '{"format": 1, "records": {"api": {"date": 1}}}', "\x00"]
)
def test_a_damaged_file_is_refused_with_what_to_do(tmp_path: Path, text: str):
    path = tmp_path / "records.json"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"records\.json has no records .* run `make bench`"):
        read_records(path)
