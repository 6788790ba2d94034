"""The table of twins, on few pictures."""

from benchmarks.twins import COPIES, measure, print_row
from tests.making.kinds import photo_like


def test_all_copies_of_photos_are_counted_as_found():
    groups, found, seconds = measure([photo_like(number) for number in range(5)])
    assert groups == 5
    assert found.keys() == COPIES.keys()
    assert found["half"] == found["mirrored"] == 1
    assert seconds > 0


def test_a_row_is_one_of_a_markdown_table(capsys):
    print_row("photos", [photo_like(number) for number in range(3)])
    assert capsys.readouterr().out.startswith("| photos | 3 of 3 | 100% |")
