"""What an answer and a report tell of trust in plain words, for the command line, the HTML report and the site."""

from classifier.data.subject import Subject
from classifier.predictions.values import Reason
from classifier.reports.intervals import wilson_interval
from classifier.reports.report import Report
from classifier.reports.verdict_report import Group, VerdictReport

# How an answer begins.
BEGINNINGS = {"confident": "It is", "unsure": "It could be"}
TITLE = "Does it know when it does not know?"
SAID = {**{verdict: f"“{words}”" for verdict, words in BEGINNINGS.items()}, "unknown": "turned away"}
PARTS = {"valid": "validation", "train": "training"}


def describe_reason(reason: str | None, subject: Subject) -> str:
    """Why a photo is turned away, in a sentence; "" without a reason."""
    if reason == "not_the_subject":
        named = f"no {subject.one}" if subject.one else "none of them"
        return f"It is unlike all the photos that I have learnt from, and may show {named} at all."
    if reason == "other_kind":
        return (
            f"It may well be {subject.a_noun}, but none that I have learnt."
            if subject.one
            else "It resembles them, but is none that I have learnt."
        )
    return ""


def describe_verdicts(report: Report, trust: VerdictReport) -> str:
    """What the bars show."""
    words = (
        "An answer begins with “It is” or with “It could be”, or the photo is turned away: it does not look like one "
        f"of the {report.subject.count(len(report.classes))} that the model knows. A bar stands for 100 pictures "
        "and tells how many got which answer. Where it is hatched, the answer was wrong."
    )
    if trust.unknown:
        return words + f" For pictures that show none of these {report.subject.nouns}, only turning them away is right."
    return words


def describe_groups(report: Report, trust: VerdictReport) -> list[str]:
    """A sentence or two for each bar."""
    return [describe_known(report, trust.known), *(describe_unknown(group, report) for group in trust.unknown)]


def describe_known(report: Report, known: Group) -> str:
    """The measured photos."""
    confident, unsure, away = (known.verdicts[verdict] for verdict in ("confident", "unsure", "unknown"))
    words = f"Of 100 {part_of(report)} photos, {per_hundred(confident, known.n)} are answered “It is”"
    words += f": {_right(known.right['confident'], confident)}. " if confident else ". "
    words += f"{per_hundred(unsure, known.n)} are answered “It could be”"
    words += f": {_right(known.right['unsure'], unsure)}. " if unsure else ". "
    words += f"{per_hundred(away, known.n)} are turned away although the model has learnt their {report.subject.noun}"
    if away:
        words += f"; its best guess would have been right for {known.right['unknown']:,} of these {away:,}"
    return f"{words}."


def describe_unknown(group: Group, report: Report) -> str:
    """Pictures that show none of the classes."""
    reasons: tuple[tuple[Reason, str], ...] = (
        ("not_the_subject", "as unlike all that it has learnt from"),
        ("other_kind", f"as {report.subject.a_noun} that it has not learnt"),
    )
    why = ", ".join(f"{_pictures(group.reasons[reason])} {words}" for reason, words in reasons if group.reasons[reason])
    return (
        f"{name_of(group, report)}: of 100, {per_hundred(group.verdicts['unknown'], group.n)} are rightly turned away"
        f"{f' ({why})' if why else ''}. Wrongly named are {per_hundred(group.verdicts['confident'], group.n)} with "
        f"“It is” and {per_hundred(group.verdicts['unsure'], group.n)} with “It could be”."
    )


def describe_lists(report: Report, trust: VerdictReport) -> str:
    """What the lists of classes are, and whether the right one is on them."""
    lists = trust.known.verdicts["unsure"]
    words = (
        f"With “It could be” comes a list of {report.subject.nouns}, as long as it takes for the right one to be on it "
        f"{100 * trust.promised:.0f} times of 100"
    )
    if lists:
        low, high = wilson_interval(trust.lists_covered, lists)
        words += (
            f": it was on {trust.lists_covered:,} of {lists:,} such lists (with other photos like these, on "
            f"{100 * low:.0f} to {100 * high:.0f} of 100)"
        )
    words += (
        f". “It is” names one {report.subject.noun}, and a photo that is turned away gets none. Over all photos the "
        f"right {report.subject.noun} was on the list {100 * trust.covered / trust.known.n:.1f} times of 100, and "
    )
    if len(trust.set_sizes) <= 2:
        return words + f"no list had more than one {report.subject.noun}."
    return words + f"a list had {trust.list_length:.1f} {report.subject.nouns} on average."


def describe_familiarity(report: Report, trust: VerdictReport) -> str:
    """What the hills show; for a report with unknown pictures."""
    return (
        "How much a picture resembles what the model has learnt from, in its own eyes. Left of the line it is turned "
        "away: the less the hills overlap, the better it can tell. A photo of one of its "
        f"{report.subject.nouns} is more familiar to it than a picture of something else "
        f"{100 * (trust.auroc or 0):.1f} times of 100."
    )


def name_of(group: Group, report: Report, *, counted: bool = True) -> str:
    """ "819 test photos", "Other plant, 259 pictures"."""
    if not group.name:
        return f"{group.n:,} {part_of(report)} photos" if counted else f"{part_of(report).capitalize()} photos"
    name = group.name[:1].upper() + group.name[1:]
    return f"{name}, {_pictures(group.n)}" if counted else name


def part_of(report: Report) -> str:
    """ "test", "validation", "training"."""
    split = str(report.data["split"])
    return PARTS.get(split, split)


def per_hundred(part: int, whole: int) -> str:
    """How many of 100: "94", and near either end "99.7" and "0.3"; "0" and "100" only where they are exact."""
    share = 100 * part / whole
    if part in (0, whole) or 1 <= share <= 99:
        return f"{share:.0f}"
    return f"{min(max(share, 0.1), 99.9):.1f}"


def describe_times(count: int) -> str:
    """ "once", "twice", "3 times"."""
    return {1: "once", 2: "twice"}.get(count, f"{count:,} times")


def _pictures(count: int) -> str:
    return f"{count:,} picture{'' if count == 1 else 's'}"


def _right(right: int, n: int) -> str:
    low, high = wilson_interval(right, n)
    return (
        f"of 100 such answers, {per_hundred(right, n)} are right (with other photos like these, {100 * low:.1f} to "
        f"{100 * high:.1f})"
    )
