"""Figures of verdicts: every picture is in a bar, and nothing in a folder's name is read as a tag."""

from dataclasses import replace

import pytest

from classifier.reports.verdict_figures import draw_familiarity, draw_list_sizes, draw_verdicts, verdicts_height
from classifier.reports.verdict_report import VerdictReport
from tests.making.reports import make_report, make_verdict_report


def test_every_bar_is_a_hundred_pictures():
    bars = [bar for bar in draw_verdicts(make_report(), make_verdict_report()).data if bar.x[0] is not None]
    assert len(bars) == 6
    for row in range(3):
        assert sum(bar.x[row] for bar in bars) == pytest.approx(100)


def test_turning_away_is_right_for_what_is_unknown_alone():
    bars = draw_verdicts(make_report(), make_verdict_report()).data
    counts = {(bar.name, bool(bar.marker.pattern.shape)): [n for n, _ in bar.customdata or ()] for bar in bars[:6]}
    assert counts == {
        ("“It is”", False): [159, 0, 0],
        ("“It is”", True): [1, 2, 0],
        ("“It could be”", False): [20, 0, 0],
        ("“It could be”", True): [10, 8, 0],
        ("turned away", False): [0, 40, 20],
        ("turned away", True): [10, 0, 0],
    }


def test_names_are_plain_and_short():
    verdicts = make_verdict_report()
    plants, shoes = verdicts.unknown
    verdicts = replace(verdicts, unknown=(plants, replace(shoes, name="x" * 200)))
    names = [note.text for note in draw_verdicts(make_report(), verdicts).layout.annotations]
    assert names[:2] == ["200 test photos", "Other &lt;plants&gt;, 50 pictures"]
    assert len(names[2]) < 50
    assert draw_familiarity(make_report(), verdicts).data[1].name == "Other &lt;plants&gt;"


def test_it_grows_with_the_kinds():
    alone = replace(make_verdict_report(), unknown=(), auroc=None)
    assert verdicts_height(alone) < verdicts_height(make_verdict_report())
    assert len(draw_verdicts(make_report(), alone).layout.annotations) == 1


@pytest.mark.parametrize(
    ("sizes", "names", "counts"),
    [
        ((10, 190), ("0", "1"), (10, 190)),
        ((0, 200), ("0", "1"), (0, 200)),
        ((200,), ("0",), (200,)),
        ((0, 150, 30, 10, 4, 3, 2, 0, 1), ("0", "1", "2", "3", "4", "5", "6 or more"), (0, 150, 30, 10, 4, 3, 3)),
    ],
)
def test_long_lists_are_counted_together(sizes: tuple[int, ...], names: tuple[str, ...], counts: tuple[int, ...]):
    (bars,) = draw_list_sizes(make_report(), replace(make_verdict_report(), set_sizes=sizes)).data
    assert bars.x == names
    assert bars.customdata == counts


def test_a_hill_for_every_kind_stands_over_the_middles_of_its_bins():
    verdicts: VerdictReport = make_verdict_report()
    hills = draw_familiarity(make_report(), verdicts).data
    assert [hill.name for hill in hills] == ["Test photos", "Other &lt;plants&gt;", "Shoes"]
    assert hills[0].x == (-1.5, -0.5, 0.5, 1.5)
    assert hills[0].y == (1, 4, 45, 50)
    assert sum(hills[2].y) == 100
