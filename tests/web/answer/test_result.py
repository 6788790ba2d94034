"""What a calibrated classifier adds to the answer, as the page shows it."""

import json
import random
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import dash_mantine_components as dmc
import pytest
from dash import dcc, html

from classifier.predictions.values import ActivationMap, Candidate
from tests.making.fakes import FakeClassifier, draw_flower, encode
from tests.web.answer.conftest import ANSWER, PHOTO, app_with, content_of
from tests.web.conftest import ask_callback
from web.shared.wording import display_name


@pytest.mark.parametrize(
    "words",
    [
        '"It is"',
        '"17 of 18 times"',
        "74 to 99 %",
        "The most similar training photos",
        '"similarity 0.91"',
        "1.00 would be the same photo",
        '" sure."',
        '"Any flower"',
        "/photos/100.webp",
        "Where in the photo it sees this",
        "Why Sunflower and not another",
        "What the model saw, and another part to look at",
        "Does the answer hold?",
        "How often such answers are right",
        " was taken for Sunflower twice.",
    ],
)
def test_a_calibrated_answer_says_how_far_it_can_be_trusted(garden, words):
    assert words in content_of(app_with(garden))[0]


def test_without_calibration_index_and_maps_the_answer_is_the_plain_one(app):
    content, words = content_of(app)
    assert words == "This looks like: Sunflower, 94.4\u00a0%."
    assert "Training photos to compare" in content
    for absent in ("It is", "in this list", "similarity", "such answers", "it sees this", "and not another"):
        assert absent not in content


SUNFLOWER = (Candidate(3, "Sunflower", None, 0.9),)


@pytest.mark.parametrize(
    ("calibrated", "words"),
    [
        ({"verdict": "unsure", "coverage_set": SUNFLOWER}, '"It could be"'),
        ({"verdict": "unsure", "coverage_set": SUNFLOWER}, "your photo is less like those it has learnt from"),
        ({"verdict": "unsure"}, "Frame one flower closely"),
        ({"verdict": "unknown", "reason": "other_kind"}, "Frame one flower closely"),
        ({"verdict": "unknown", "reason": "other_kind"}, "The 5 closest"),
        ({"verdict": "unknown", "reason": "not_the_subject"}, "and may show no flower at all."),
        ({"verdict": "unknown", "reason": "not_the_subject"}, "Frame one flower closely"),
        ({"verdict": "unknown", "reason": "other_kind"}, "none that I have learnt"),
        ({"verdict": "unknown", "reason": None}, "This does not look like one of the 6 flowers I know."),
        ({"duplicate_of": 101}, "The model knows this photo."),
        ({"duplicate_of": 999_999}, "The model knows this photo."),
        (
            {"verdict": "unsure", "coverage_set": SUNFLOWER},
            "A list that holds the right flower 95 times out of 100 needs this name alone.",
        ),
        (
            {"verdict": "unsure", "coverage_set": 3 * SUNFLOWER},
            "The right flower is in this list 95 times out of 100: ",
        ),
    ],
)
def test_verdicts_alarm_and_list_in_words(garden, calibrated, words):
    assert words in content_of(app_with(garden, **calibrated))[0]


def test_an_answer_that_leaves_two_open_names_both(garden):
    (prediction,) = FakeClassifier().predict([encode(draw_flower())])
    first, second = (display_name(candidate.name) for candidate in prediction.candidates[:2])
    two = tuple(replace(c, probability=share) for c, share in zip(prediction.candidates, (0.5, 0.4), strict=False))
    difference = f"{first}s are wider than {second}s."
    pair = frozenset(candidate.class_id for candidate in prediction.candidates[:2])
    content, words = content_of(
        app_with(replace(garden, distinctions={pair: difference}), verdict="unsure", coverage_set=two)
    )
    for said in (
        '"It could be one of these two"',
        f'"{first} or {second}"',
        "It is one of the two 95 times out of 100.",
        "How to tell them apart: ",
        difference,
        f"See all about {first}",
        f"See all about {second}",
    ):
        assert said in content
    assert re.fullmatch(rf"It could be one of these two: {first}, [\d.]+\s%, or {second}, [\d.]+\s%\.", words)
    for verdict, distinctions in (("unsure", {}), ("confident", {pair: difference})):
        content, _ = content_of(app_with(replace(garden, distinctions=distinctions), verdict=verdict, coverage_set=two))
        assert "How to tell them apart" not in content


def test_something_unknown_gets_no_list_and_no_track_record(garden):
    content, words = content_of(app_with(garden, verdict="unknown", reason="not_the_subject", coverage_set=()))
    assert words.startswith("This does not look like one of the 6 flowers I know. It is unlike all the photos")
    for absent in (
        "in this list",
        "it was right",
        "such answers are right",
        '"It is"',
        " sure",
        "See all about",
    ):
        assert absent not in content


def test_photos_that_are_not_here_leave_no_trace(bare_garden):
    content, _ = content_of(app_with(bare_garden, duplicate_of=101))
    assert "/photos/" not in content
    assert "similarity 0.91" in content


def test_overlays_are_small_maps_in_the_answer_and_hold_no_upload(garden):
    content, _ = content_of(app_with(garden))
    (store,) = re.findall(r'"id": "overlay-maps", "data": (\{.*?\}\})', content)
    assert list(json.loads(store)["maps"]) == ["3", "20", "4", "7", "8"]
    assert "data:image" not in content
    assert PHOTO["url"][30:90] not in content


def real_sized(seed: int, *, side: int) -> ActivationMap:
    """A map as large as a network's, of numbers that no compression makes smaller."""
    chance = random.Random(seed)
    return ActivationMap(tuple(tuple(chance.gauss(0, 9) for _ in range(side)) for _ in range(side)))


def test_an_answer_weighs_little(garden):
    maps = {label.class_id: real_sized(label.class_id, side=12) for label in garden.classes}
    app, asked = app_with(garden, maps=maps), ({"classify-button.n_clicks": 1}, {"photo.data": PHOTO})
    for encoding, most_bytes in (("br", 8_000), ("gzip", 8_000), ("identity", 80_000)):  # twice what is usual, at most
        answer = ask_callback(app, ANSWER, *asked, {"Accept-Encoding": encoding})
        assert answer.headers.get("Content-Encoding", "identity") == encoding
        assert len(answer.data) < most_bytes


def parts_of(node: Any) -> Iterator[dict[str, Any]]:
    """Every component in an answer, as it is sent."""
    if isinstance(node, dict) and "namespace" in node:
        yield node
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from parts_of(child)


def test_every_part_of_an_answer_is_a_component_with_properties_of_its_own(garden, bare_garden):
    libraries = {"dash_html_components": html, "dash_core_components": dcc, "dash_mantine_components": dmc}
    for app in (app_with(garden, duplicate_of=101), app_with(bare_garden), app_with(garden, neighbours=None)):
        parts = list(parts_of(json.loads(content_of(app)[0])))
        assert len(parts) > 100
        for part in parts:
            getattr(libraries[part["namespace"]], part["type"])(**part["props"])  # TypeError: no such property
