import csv
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks.robustness import DAMAGES, main
from classifier.inference.classifier import Classifier
from classifier.locations import DEFAULT_CHECKPOINT
from tests.making.fakes import COLOURS, draw_flower


@pytest.mark.parametrize("damage", DAMAGES)
def test_every_damage_changes_the_photo_and_leaves_a_photo(damage: str):
    photo = draw_flower()
    changed = DAMAGES[damage](photo.copy())
    assert changed.mode == "RGB"
    same = changed.size == photo.size and np.array_equal(np.asarray(changed), np.asarray(photo))
    assert same == (damage == "clean")


def test_photos_from_elsewhere_are_named_and_judged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    pictures = [*(draw_flower(colour, size=(300, 300)) for colour in COLOURS[:3]), Image.new("RGB", (300, 300))]
    classifier = Classifier.load(DEFAULT_CHECKPOINT)
    said = classifier.predict(pictures, top_k=7)
    ranked = [[candidate.class_id for candidate in prediction.candidates] for prediction in said]
    # The first photo may be its likeliest class or another, the second is its third, the third its seventh.
    labels = [f"{ranked[0][6]}|{ranked[0][0]}", str(ranked[1][2]), str(ranked[2][6]), ""]
    kinds = ["known"] * 3 + ["not-a-plant"]
    (tmp_path / "photos").mkdir()
    with (tmp_path / "wild.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["file", "kind", "labels"])
        for number, (picture, kind, label) in enumerate(zip(pictures, kinds, labels, strict=True)):
            picture.save(tmp_path / "photos" / f"{number}.png")
            rows.writerow([f"{number}.png", kind, label])
    monkeypatch.setattr("sys.argv", ["robustness", "--wild", str(tmp_path)])
    main()
    wild = json.loads(capsys.readouterr().out)["wild"]
    firsts = {ranked[0][6], ranked[1][2], ranked[2][6]}
    assert len(firsts) == 3, "draw other flowers: the means below are for three classes"
    assert (wild["n"], wild["classes"], wild["top1"], wild["top5"]) == (3, 3, 0.3333, 0.6667)
    counted = Counter(prediction.verdict for prediction in said[:3])
    for prediction, label in zip(said, labels[:3], strict=False):
        listed = {str(candidate.class_id) for candidate in prediction.coverage_set}
        counted[f"{prediction.verdict} and right"] += not listed.isdisjoint(label.split("|"))
    assert wild["verdicts"]["known"] == dict(counted)
    assert wild["verdicts"]["not-a-plant"] == {said[3].verdict: 1}
