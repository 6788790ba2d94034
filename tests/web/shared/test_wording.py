import pytest

from classifier.data.labels import LabelClass
from web.shared import wording


@pytest.mark.parametrize(
    ("probability", "words"),
    [
        (1.0, ">99.9 %"),
        (0.99999, ">99.9 %"),
        (0.9991, ">99.9 %"),
        (0.999, "99.9 %"),
        (0.9437, "94.4 %"),
        (0.5, "50.0 %"),
        (0.001, "0.1 %"),
        (0.0009, "<0.1 %"),
        (0.0, "<0.1 %"),
    ],
)
def test_percentages_never_claim_certainty(probability, words):
    assert wording.format_percent(probability).replace("\u00a0", " ") == words


@pytest.mark.parametrize(
    ("probability", "words"),
    [
        (0.99, "This looks like"),
        (0.9, "This looks like"),
        (0.89, "This is probably"),
        (0.5, "This could be"),
        (0.2, "Hard to say. The closest match is"),
        (0.0, "Hard to say. The closest match is"),
    ],
)
def test_the_verdict_is_hedged_by_the_probability(probability, words):
    assert wording.verdict(probability) == words


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: wording.format_count(1, "photo"), "1 photo"),
        (lambda: wording.format_count(8189, "photo"), "8,189 photos"),
        (lambda: wording.format_count(0, "daisy", "daisies"), "0 daisies"),
        (lambda: wording.format_share(1, 3), "33\u00a0%"),
        (lambda: wording.format_share(0, 0), "0\u00a0%"),
        (lambda: wording.format_share(8, 8), "100\u00a0%"),
        (lambda: wording.format_share(757, 759), "99.7\u00a0%"),
        (lambda: wording.format_share(1, 3000), "<0.1\u00a0%"),
        (lambda: wording.describe_sureness(0.9437), "94.4\u00a0%"),
        (lambda: wording.describe_sureness(1.0), "more than 99.9\u00a0%"),
        (lambda: wording.describe_sureness(0.0), "less than 0.1\u00a0%"),
        (lambda: wording.format_rate(1), "100.0\u00a0%"),
        (lambda: wording.format_interval(0.742, 0.99), "74 to 99\u00a0%"),
        (lambda: wording.format_ratio(258, 40), "6.5"),
        (lambda: wording.format_ratio(40, 10), "4"),
        (lambda: wording.format_ratio(2500, 10), "250"),
        (lambda: wording.display_name("bird of paradise"), "Bird of paradise"),
        (lambda: wording.display_name("ÉTOILE"), "ÉTOILE"),
        (lambda: wording.display_name(""), ""),
        (lambda: wording.split_title("my_split"), "My split"),
        (lambda: wording.describe_class(LabelClass(1, "a")), ""),
        (lambda: wording.describe_class(LabelClass(1, "a", None, "Rosaceae")), "Rosaceae"),
        (lambda: wording.describe_class(LabelClass(1, "a", "Rosa", "Rosaceae")), "Rosa · Rosaceae"),
        (
            lambda: wording.describe_too_large(10 * 1024 * 1024).partition(".")[0],
            "This file is too large: the server takes up to 10 MB",
        ),
        (lambda: wording.css_colour((255, 0, 16)), "#ff0010"),
    ],
)
def test_numbers_and_names_as_visitors_read_them(call, words):
    assert call() == words
