"""Verdicts in words: what an answer and a report say of how far to trust them, for command line, page and site.

Every sentence is one message with named holes, whole in one place, so that it can be translated.
"""

from classifier.data.subject import Subject
from classifier.predictions.values import Reason, Verdict
from classifier.reports.intervals import wilson_interval
from classifier.reports.numbers import hundred_range, out_of_hundred, per_hundred
from classifier.reports.report import Report
from classifier.reports.verdict_report import VERDICTS, Group, VerdictReport

# How an answer begins.
BEGINNINGS = {"confident": "It is", "unsure": "It could be"}
ONE_OF_TWO = "It could be one of these two"
TITLE = "Does it know when it does not know?"
SAID = {**{verdict: f"“{words}”" for verdict, words in BEGINNINGS.items()}, "unknown": "turned away"}
PARTS = {"valid": "validation", "train": "training"}


def describe_reason(reason: str | None, subject: Subject) -> str:
    """Why a photo is turned away, in a sentence; "" without a reason."""
    if reason == "not_the_subject" and subject.one:
        return f"It is unlike all the photos that I have learnt from, and may show no {subject.one} at all."
    if reason == "not_the_subject":
        return "It is unlike all the photos that I have learnt from, and may show none of them at all."
    if reason == "other_kind" and subject.one:
        return f"It may well be {subject.a_noun}, but none that I have learnt."
    if reason == "other_kind":
        return "It resembles them, but is none that I have learnt."
    return ""


def describe_verdicts(report: Report, verdicts: VerdictReport) -> str:
    """What the bars show."""
    kinds = report.subject.count(len(report.classes))
    sentences = [
        "An answer begins with “It is” or with “It could be”, or the photo is turned away: it does not look like one "
        f"of the {kinds} that the model knows.",
        "A bar stands for 100 pictures and shows how many got which answer.",
        "Where it is hatched, the answer was wrong.",
    ]
    if verdicts.unknown:
        sentences.append(
            f"For pictures that show none of these {report.subject.nouns}, only turning them away is right."
        )
    return " ".join(sentences)


def describe_groups(report: Report, verdicts: VerdictReport) -> list[str]:
    """What each bar shows: a text of a few sentences for each."""
    return [describe_known(report, verdicts.known), *(describe_unknown(group, report) for group in verdicts.unknown)]


def describe_known(report: Report, known: Group) -> str:
    """How the measured photos were answered."""
    confident, unsure, away = (per_hundred(known.verdicts[verdict], known.n) for verdict in VERDICTS)
    photos, noun = f"{part_of(report)} photos", report.subject.noun
    sentences = []
    if known.verdicts["confident"]:
        right = _precision(known, "confident")
        sentences.append(f"Of 100 {photos}, {confident} are answered “It is”: {right}.")
    else:
        sentences.append(f"Of 100 {photos}, {confident} are answered “It is”.")
    if known.verdicts["unsure"]:
        right = _precision(known, "unsure")
        sentences.append(f"{unsure} are answered “It could be”: {right}.")
    else:
        sentences.append(f"{unsure} are answered “It could be”.")
    if known.verdicts["unknown"]:
        count, right = f"{known.verdicts['unknown']:,}", f"{known.right['unknown']:,}"
        sentences.append(
            f"{away} are turned away although the model has learnt their {noun}; its best guess would have been right "
            f"for {right} of these {count}."
        )
    else:
        sentences.append(f"{away} are turned away although the model has learnt their {noun}.")
    return " ".join(sentences)


def describe_unknown(group: Group, report: Report) -> str:
    """How pictures that show none of the classes were answered."""
    reasons: tuple[tuple[Reason, str], ...] = (
        ("not_the_subject", "as unlike all that it has learnt from"),
        ("other_kind", f"as {report.subject.a_noun} that it has not learnt"),
    )
    name = name_of(group, report)
    confident, unsure, away = (per_hundred(group.verdicts[verdict], group.n) for verdict in VERDICTS)
    why = ", ".join(f"{_pictures(group.reasons[reason])} {words}" for reason, words in reasons if group.reasons[reason])
    return " ".join(
        [
            f"{name}: of 100, {away} are rightly turned away ({why})."
            if why
            else f"{name}: of 100, {away} are rightly turned away.",
            f"Wrongly named are {confident} with “It is” and {unsure} with “It could be”.",
        ]
    )


def describe_lists(report: Report, verdicts: VerdictReport) -> str:
    """What the lists of classes are, and whether the right one is on them."""
    noun, nouns = report.subject.noun, report.subject.nouns
    lists, covered = verdicts.known.verdicts["unsure"], verdicts.lists_covered
    promised = out_of_hundred(verdicts.promised)
    sentences = []
    if lists:
        ends = hundred_range(wilson_interval(covered, lists), between=" to ")
        sentences.append(
            f"With “It could be” comes a list of {nouns}, as long as it takes for the right one to be on it {promised} "
            f"times out of 100: it was on {covered:,} of {lists:,} such lists (with other photos like these, on {ends} "
            "out of 100)."
        )
    else:
        sentences.append(
            f"With “It could be” comes a list of {nouns}, as long as it takes for the right one to be on it {promised} "
            "times out of 100."
        )
    sentences.append(f"“It is” names one {noun}, and a photo that is turned away gets none.")
    share = out_of_hundred(verdicts.covered / verdicts.known.n, 1)
    if len(verdicts.set_sizes) <= 2:
        sentences.append(
            f"Over all photos the right {noun} was on the list {share} times out of 100, and no list had more than one "
            f"{noun}."
        )
    else:
        sentences.append(
            f"Over all photos the right {noun} was on the list {share} times out of 100, and a list had "
            f"{verdicts.list_length:.1f} {nouns} on average."
        )
    return " ".join(sentences)


def describe_familiarity(report: Report, verdicts: VerdictReport) -> str:
    """What the hills show; for a report with unknown pictures."""
    share = out_of_hundred(verdicts.auroc or 0, 1)
    sentences = [
        "How much a picture resembles what the model has learnt from, in its own eyes.",
        "Left of the line it is turned away: the less the hills overlap, the better it can tell.",
        f"A photo of one of its {report.subject.nouns} is more familiar to it than a picture of something else {share} "
        "times out of 100.",
    ]
    return " ".join(sentences)


def name_of(group: Group, report: Report, *, counted: bool = True) -> str:
    """A group's name: "819 test photos", "Other plant, 259 pictures"; not `counted`, "Test photos", "Other plant"."""
    if not group.name:
        return f"{group.n:,} {part_of(report)} photos" if counted else f"{part_of(report).capitalize()} photos"
    name = group.name[:1].upper() + group.name[1:]
    return f"{name}, {_pictures(group.n)}" if counted else name


def part_of(report: Report) -> str:
    """The part of the split that was measured: "test", "validation", "training"."""
    split = str(report.data["split"])
    return PARTS.get(split, split)


def _pictures(count: int) -> str:
    return f"{count:,} picture{'' if count == 1 else 's'}"


def _precision(group: Group, verdict: Verdict) -> str:
    """How many of the answers with this verdict are right; part of a sentence."""
    right, n = group.right[verdict], group.verdicts[verdict]
    share, ends = per_hundred(right, n), hundred_range(wilson_interval(right, n), 1, between=" to ")
    return f"of 100 such answers, {share} are right (with other photos like these, {ends})"


def shorten(name: str, most: int) -> str:
    """A name of at most `most` letters: of a longer one, beginning and end are left, for names that begin alike."""
    if len(name) <= most:
        return name
    end = most // 3
    return f"{name[: most - end - 1]}…{name[len(name) - end :]}"
