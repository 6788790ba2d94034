"""Targets and photos from elsewhere in words, for the HTML report and the site; a sentence is one message."""

from classifier.reports.numbers import hundred_range, out_of_hundred
from classifier.reports.report import Report
from classifier.reports.trust.estimates import Estimate
from classifier.reports.trust.targets import Target
from classifier.reports.trust.wild_report import KnownPhotos, Strangers, WildReport
from classifier.reports.words import part_of

WILD_TITLE = "On photos from elsewhere"
_ENDINGS = {True: "That is reached.", False: "That is missed.", None: "That was not measured."}


def describe_targets(report: Report) -> list[str]:
    """What is wanted of the lists, what was measured, and whether that is enough; a text for each target."""
    texts = {"split": _describe_split, "elsewhere": _describe_elsewhere}
    return [f"{texts[target.photos](target, report)} {_ENDINGS[target.met]}" for target in report.targets]


def _describe_split(target: Target, report: Report) -> str:
    coverage, length = target.bounds
    noun, nouns = report.subject.noun, report.subject.nouns
    wanted = (
        f"Wanted on {part_of(report)} photos: the right {noun} named or listed at least "
        f"{out_of_hundred(coverage.wanted)} times out of 100, with no more than {length.wanted:g} {nouns} on a list on "
        "average, so that long lists cannot reach it."
    )
    return _with_measured(wanted, coverage.measured, length.measured)


def _describe_elsewhere(target: Target, report: Report) -> str:
    coverage, length = target.bounds
    noun, nouns = report.subject.noun, report.subject.nouns
    wanted = (
        f"Wanted on photos from elsewhere: the list of an “It could be” holds the right {noun} at least "
        f"{out_of_hundred(coverage.wanted)} times out of 100, with no more than {length.wanted:g} {nouns} on it on "
        "average."
    )
    return _with_measured(wanted, coverage.measured, length.measured)


def _with_measured(wanted: str, coverage: Estimate | None, length: Estimate | None) -> str:
    if coverage is None or length is None:
        return wanted
    return (
        f"{wanted} Measured: {out_of_hundred(coverage.value, 1)} times out of 100 (with other photos like these, "
        f"{_ends(coverage)}), with {length.value:.2f} on a list (with others, {length.low:.2f} to {length.high:.2f})."
    )


def describe_wild(report: Report, wild: WildReport) -> list[str]:
    """How right the model is on photos from elsewhere: a text for the known ones, and for each kind of strangers."""
    known = [_describe_known(report, wild.known)] if wild.known else []
    return [*known, *(_describe_strangers(report, group) for group in wild.strangers)]


def _describe_known(report: Report, known: KnownPhotos) -> str:
    figures = known.figures
    kinds, wholes = report.subject.count(known.classes), ("mean_class_top1", "mean_class_top5")
    first, near = (figures[name] for name in wholes)
    sentences = [f"{known.n:,} photos of {kinds} from elsewhere (mean over these)."]
    if known.sources:
        sentences = [f"{known.n:,} photos of {kinds} from {known.sources:,} sources elsewhere (mean over these kinds)."]
    if first and near:
        sentences.append(
            f"Of 100 such photos, {out_of_hundred(first.value, 1)} are named rightly at once ({_ends(first)} with "
            f"others), and {out_of_hundred(near.value, 1)} among the first five ({_ends(near)})."
        )
    away, precise = figures["turned_away"], figures["confident_precision"]
    if away:
        sentences.append(f"{out_of_hundred(away.value, 1)} are turned away ({_ends(away)}).")
    if precise:
        sentences.append(f"Of 100 answers “It is”, {out_of_hundred(precise.value, 1)} are right ({_ends(precise)}).")
    return " ".join(sentences)


def _describe_strangers(report: Report, group: Strangers) -> str:
    name = f"{group.kind[:1].upper()}{group.kind[1:].replace('-', ' ')}"
    nouns = report.subject.nouns
    if group.turned_away is None or group.confident is None:
        return f"{name}, {group.n:,} pictures that show none of these {nouns}: how many are turned away is not known."
    away, named = group.turned_away, group.confident
    return (
        f"{name}, {group.n:,} pictures that show none of these {nouns}: of 100, {out_of_hundred(away.value, 1)} are "
        f"turned away ({_ends(away)} with others), and {out_of_hundred(named.value, 1)} get a name with “It is” "
        f"({_ends(named)})."
    )


def _ends(estimate: Estimate) -> str:
    return hundred_range((estimate.low, estimate.high), 1, between=" to ")
