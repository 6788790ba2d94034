from dataclasses import replace

from classifier.checkpoint import TrainingInfo
from classifier.data.labels import LabelClass
from classifier.reports.figures import (
    LONGEST_NAME,
    axis_names,
    classes_with_errors,
    draw_matrix,
    draw_reliability,
    draw_training_curves,
)
from tests.making.reports import make_report


def test_curves_shade_the_head_and_mark_what_was_kept():
    figure = draw_training_curves(make_report().training, "top1")
    assert [trace.name for trace in figure.data] == ["training", "validation"]
    assert (figure.layout.shapes[0].x0, figure.layout.shapes[0].x1) == (0.5, 1.5)
    assert figure.layout.shapes[1].x0 == 2


def test_curves_number_the_runs_that_went_on_from_earlier_ones():
    report = make_report()
    training = replace(report.training, earlier=report.training)
    twice = draw_training_curves(replace(training, earlier=training), "loss")
    each = len(report.training.history)
    numbers = {note.text: note.x for note in twice.layout.annotations if note.text.isdigit()}
    assert numbers == {"2": each + 0.5, "3": 2 * each + 0.5}


def test_reliability_has_a_dot_for_every_bin():
    dots = draw_reliability(make_report()).data[1]
    assert list(dots.x) == [0.78]
    assert list(dots.y) == [0.6]


def test_the_matrix_tells_right_from_wrong_by_sign():
    report = make_report()
    assert classes_with_errors(report) == report.classes
    (heat,) = draw_matrix(report, report.classes).data
    assert [[round(value, 3) for value in row] for row in heat.z] == [[-0.631, 1.0], [0, -1.0]]
    assert [list(row) for row in heat.customdata] == [[1, 2], [0, 2]]


def test_names_on_an_axis_are_unique_and_plain():
    labels = (*make_report().classes, make_report().classes[1].__class__(3, "rose"))
    assert axis_names(labels) == ["Daisy &lt;b&gt;", "Rose (2)", "Rose (3)"]


def test_long_names_leave_room_for_the_figure_and_stay_unique():
    names = axis_names([LabelClass(number, "a" * 90 + middle + "z" * 97) for number, middle in ((1, "x"), (2, "y"))])
    assert len(set(names)) == 2
    assert all(len(name) <= LONGEST_NAME + len(" (2)") for name in names)


def test_a_part_that_was_never_measured_is_not_drawn():
    alone = TrainingInfo(history=({"epoch": 1, "train_loss": 1.0, "train_top1": None}, {"epoch": 2, "train_loss": 0.5}))
    assert [trace.name for trace in draw_training_curves(alone, "loss").data] == ["training"]
    assert [*draw_training_curves(alone, "top1").data] == []
    assert [*draw_training_curves(TrainingInfo(), "loss").data] == []
