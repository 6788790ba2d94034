"""Measuring on photos from elsewhere: on made-up answers, and with tiny checkpoints."""

from pathlib import Path

import numpy as np
import pytest

from classifier.data.elsewhere.photo_set import KNOWN, PhotoSet, SetPhoto, read_photo_set
from classifier.errors import DatasetError
from classifier.evaluation.verdicts import Judged
from classifier.evaluation.wild import WildAnswers, answer_all, create_wild_report, likeliest, measure_wild
from classifier.inference.classifier import Classifier
from classifier.locations import DEFAULT_CHECKPOINT
from tests.making.fakes import COLOURS, draw_flower
from tests.making.tiny import plant_checkpoint

# Kind, class position, source, rank of the right class, verdict, length of the list and whether it holds the right one.
ANSWERS = (
    (KNOWN, 0, "ann", 0, "confident", 1, True),
    (KNOWN, 0, "ann", 0, "confident", 1, True),
    (KNOWN, 0, "bob", 1, "confident", 1, False),
    (KNOWN, 1, "bob", 4, "unsure", 3, False),
    (KNOWN, 1, "bob", 1, "unsure", 2, True),
    (KNOWN, 2, "", 5, "unknown", 0, False),
    ("other-plant", -1, "bob", -1, "confident", 1, False),
    ("other-plant", -1, "eve", -1, "unknown", 0, False),
    ("shoe", -1, "eve", -1, "unknown", 0, False),
)  # fmt: skip


def make_answers(*, calibrated: bool = True) -> WildAnswers:
    kinds, positions, sources, ranks, verdicts, sizes, covered = zip(*ANSWERS, strict=True)
    photos = tuple(
        SetPhoto(Path(f"{number}.jpg"), kind, (position,) if kind == KNOWN else (), source)
        for number, (kind, position, source) in enumerate(zip(kinds, positions, sources, strict=True))
    )
    judged = Judged(
        best=np.where(np.array(ranks) == 0, positions, 7),
        positions=np.array(positions),
        confidence=np.full(len(photos), 0.5),
        covered=np.array(covered),
        set_sizes=np.array(sizes),
        verdicts=verdicts,
        reasons=tuple("other_kind" if verdict == "unknown" else None for verdict in verdicts),
        familiarity=np.ones(len(photos)),
    )
    photo_set = PhotoSet("any.csv", photos, source_column="author")
    return WildAnswers(
        photo_set, photos, np.array(ranks), np.full(len(photos), 0.5), judged if calibrated else None, unreadable=2
    )


def test_the_figures():
    report = create_wild_report(make_answers())
    assert (report.name, report.n, report.left_out, report.source_column) == ("any.csv", 9, 2, "author")
    known = report.known
    assert (known.n, known.classes, known.sources, known.intervals) == (6, 3, 2, "photos")
    values = {name: (round(each.value, 4), each.n) for name, each in known.figures.items()}
    assert values == {
        "top1": (0.3333, 6), "top5": (0.8333, 6),
        "mean_class_top1": (round((2 / 3 + 0 + 0) / 3, 4), 6), "mean_class_top5": (0.6667, 6),
        "turned_away": (0.1667, 6), "confident_share": (0.5, 6), "confident_precision": (0.6667, 3),
        "list_coverage": (0.5, 2), "list_length": (2.5, 2),
    }  # fmt: skip
    assert all(each.low <= each.value <= each.high for each in known.figures.values())
    assert known.ece == pytest.approx(0.5 - 2 / 6, abs=1e-4)
    plants, shoes = report.strangers
    assert (plants.kind, plants.n, plants.turned_away.value, plants.confident.value) == ("other-plant", 2, 0.5, 0.5)
    assert (shoes.kind, shoes.n, shoes.turned_away.value, shoes.confident.value) == ("shoe", 1, 1, 0)


def test_sources_the_worst_first():
    bob, *others = create_wild_report(make_answers()).by_source
    assert (bob.name, bob.known, bob.right, bob.known_away) == ("bob", 3, 0, 0)
    assert (bob.strangers, bob.strangers_away, bob.named, bob.mistakes) == (1, 0, 1, 4)
    assert [(source.name, source.mistakes) for source in others] == [("ann", 0), ("eve", 0)]
    assert others[1].strangers_away == 2


def test_without_calibration_there_are_no_figures_of_verdicts():
    report = create_wild_report(make_answers(calibrated=False))
    assert report.known.figures["top1"].value == 2 / 6
    for name in ("turned_away", "confident_share", "confident_precision", "list_coverage", "list_length"):
        assert report.known.figures[name] is None
    assert {group.turned_away for group in report.strangers} == {None}
    assert make_answers(calibrated=False).strangers == {}


def test_strangers_are_groups_by_what_they_show():
    groups = make_answers().strangers
    assert {name: group.verdicts for name, group in groups.items()} == {
        "other plant": ("confident", "unknown"),
        "shoe": ("unknown",),
    }


def test_of_several_right_classes_the_likeliest_counts():
    shares = np.array([0.1, 0.6, 0.3])
    assert (likeliest((0, 2), shares), likeliest((2, 1), shares), likeliest((), shares)) == (2, 1, -1)


def test_a_tiny_checkpoint_without_calibration(tmp_path: Path):
    path, garden = plant_checkpoint(tmp_path)
    rows = ["file;kind;class"]
    for number, (label, colour) in enumerate(zip(garden.classes, COLOURS, strict=True)):
        draw_flower(colour).save(tmp_path / f"{number}.png")
        rows.append(f"{number}.png;known;{label.name}")
    (tmp_path / "broken.jpg").write_text("no photo")
    (tmp_path / "shoe.png").write_bytes((tmp_path / "0.png").read_bytes())
    rows += ["broken.jpg;known;Rose", "shoe.png;shoe;"]
    (tmp_path / "any.csv").write_text("\r\n".join(rows), encoding="utf-8-sig")
    classifier = Classifier.load(path)
    said, seen = [], []
    report = measure_wild(
        classifier,
        read_photo_set(tmp_path, classifier.classes),
        batch_size=3,
        progress=lambda *step: seen.append(step),
        warn=said.append,
    )
    assert report.known.n == 6
    said_of = classifier.predict([draw_flower(colour) for colour in COLOURS])
    right = sum(each.best.class_id == label.class_id for each, label in zip(said_of, garden.classes, strict=True))
    assert right > 0
    assert report.known.figures["top1"].value == report.known.figures["mean_class_top1"].value == right / 6
    assert report.strangers[0].turned_away is None
    assert report.left_out == len(said) == 1
    assert "broken.jpg" in said[0]
    assert [done for _, done, _ in seen] == [3, 6, 8]


def test_photos_that_cannot_be_read_at_all(tmp_path: Path):
    path, _ = plant_checkpoint(tmp_path)
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "1.jpg").write_text("no photo")
    (tmp_path / "set" / "any.csv").write_text("file,kind\n1.jpg,shoe\n")
    classifier = Classifier.load(path)
    with pytest.raises(DatasetError, match=r"None of the 1 photos of any\.csv can be read"):
        measure_wild(classifier, read_photo_set(tmp_path / "set", classifier.classes))


def test_the_answers_are_those_that_users_get(tmp_path: Path):
    """The shipped checkpoint: figures counted here from `predict`, one photo at a time."""
    classifier = Classifier.load(DEFAULT_CHECKPOINT)
    pictures = [draw_flower(colour, size=(300, 300)) for colour in COLOURS[:4]]
    said = [classifier.predict([picture], top_k=7)[0] for picture in pictures]
    ranked = [[candidate.class_id for candidate in prediction.candidates] for prediction in said]
    # The first photo may be its likeliest class or another, the second is its third, the third its seventh.
    labels = [f"{ranked[0][6]}|{ranked[0][0]}", str(ranked[1][2]), str(ranked[2][6]), ""]
    rows = ["file,kind,labels"]
    for number, (picture, label) in enumerate(zip(pictures, labels, strict=True)):
        picture.save(tmp_path / f"{number}.png")
        rows.append(f"{number}.png,{'known' if label else 'not-a-plant'},{label}")
    (tmp_path / "wild.csv").write_text("\n".join(rows))
    answers = answer_all(classifier, read_photo_set(tmp_path, classifier.classes))
    assert answers.ranks.tolist() == [0, 2, 6, -1]
    assert answers.judged.verdicts == tuple(prediction.verdict for prediction in said)
    for prediction, label, covered, size in zip(
        said, labels, answers.judged.covered, answers.judged.set_sizes, strict=True
    ):
        listed = {str(candidate.class_id) for candidate in prediction.coverage_set}
        assert (size, covered) == (len(listed), not listed.isdisjoint(label.split("|")))
    known = create_wild_report(answers).known
    assert len({ranked[0][6], ranked[1][2], ranked[2][6]}) == known.classes == 3, "draw other flowers"
    assert known.figures["mean_class_top1"].value == pytest.approx(1 / 3)
    assert known.figures["mean_class_top5"].value == pytest.approx(2 / 3)
