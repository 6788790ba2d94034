"""Targets and photos from elsewhere in words, for the HTML report and the site; a sentence is one message."""

from classifier.reports.numbers import hundred_range, out_of_hundred
from classifier.reports.report import Report
from classifier.reports.trust.targets import Target
from classifier.reports.words import part_of

_ENDINGS = {True: "That is reached.", False: "That is missed.", None: "That was not measured."}


def describe_targets(report: Report) -> list[str]:
    """What is wanted of the lists, what was measured, and whether that is enough; a text for each target."""
    return [f"{_describe_split(target, report)} {_ENDINGS[target.met]}" for target in report.targets]


def _describe_split(target: Target, report: Report) -> str:
    coverage, length = target.bounds
    sentences = [
        f"Wanted on {part_of(report)} photos: the right {report.subject.noun} named or listed at least "
        f"{out_of_hundred(coverage.wanted)} times out of 100, with no more than {length.wanted:g} "
        f"{report.subject.nouns} on a list on average, so that long lists cannot reach it."
    ]
    if coverage.measured and length.measured:
        ends = hundred_range((coverage.measured.low, coverage.measured.high), 1, between=" to ")
        sentences.append(
            f"Measured: {out_of_hundred(coverage.measured.value, 1)} times out of 100 (with other photos like these, "
            f"{ends}), with {length.measured.value:.2f} on a list (with others, {length.measured.low:.2f} to "
            f"{length.measured.high:.2f})."
        )
    return " ".join(sentences)
