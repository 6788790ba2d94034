"""Terminal: tables, bars and numbers on the command line."""

import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import rich.progress
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table

from classifier.cli.printing import PlainConsole, printable
from classifier.data.collection import SPLITS, Collection
from classifier.data.folder_tree import LeftOut
from classifier.photos.streaming import Progress
from classifier.reports.numbers import hundred_range, percent
from classifier.reports.report import Report

if TYPE_CHECKING:
    from classifier.data.folder_tree import LeftOut
    from classifier.data.folders import FolderPhotos
    from classifier.reports.verdict_report import VerdictReport


MEANINGS = {
    "n": "photos whose class is known",
    "ece": "expected calibration error, 0 is perfect",
    "confident_share": "answers that are called confident",
    "confident_precision": "confident answers that are right",
    "coverage": "photos whose coverage set holds the right class",
    "list_coverage": "unsure answers whose list holds the right class",
    "list_length": "classes in a coverage set, on average over those that are not empty",
    "set_size": "classes in a coverage set, on average over all",
    "known_kept": "photos that are not turned away as unknown",
    "unknown_n": "pictures that show none of the classes",
    "unknown_rejected": "of them, turned away as unknown",
    "auroc": "a known photo is more familiar than an unknown picture",
}


_NO_SHARES = ("n", "list_length", "set_size", "unknown_n")


def print_verdicts(report: "VerdictReport", *, title: str) -> None:
    """The figures as a table; of several kinds of unknown pictures, a table more."""
    figures = report.summary
    table = Table(title=f"How far {title} can be trusted")
    for heading in ("figure", "value", "meaning"):
        table.add_column(heading, justify="right" if heading == "value" else "left")
    for name, meaning in MEANINGS.items():
        value = figures[name]
        shown = f"{value:g}" if value is not None and name in _NO_SHARES else percent(value, 2)
        table.add_row(name, shown, meaning)
    PlainConsole().print(table)
    if len(report.unknown) < 2:
        return
    table = Table(title="The unknown pictures by kind")
    for heading in ("folder", "pictures", "turned away", "called confident", "auroc"):
        table.add_column(heading, justify="left" if heading == "folder" else "right")
    for group in report.unknown:
        shares = [percent(group.verdicts[verdict] / group.n) for verdict in ("unknown", "confident")]
        table.add_row(group.name, f"{group.n:,}", *shares, percent(group.auroc, 2))
    PlainConsole().print(table)


@contextmanager
def progress_bars(*, redirect_stdout: bool = True, disable: bool = False) -> Iterator[Progress]:
    """Bars on the terminal (nothing elsewhere), one for each name, moved by calling the value with (name, done, total).

    Args:
        redirect_stdout: whether what is printed meanwhile goes above the bars; False where stdout leads into a file.
        disable: show nothing.
    """
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with rich.progress.Progress(
        *columns,
        TextColumn("{task.fields[speed]}"),
        console=PlainConsole(stderr=True),
        transient=True,
        disable=disable or not sys.stderr.isatty(),
        redirect_stdout=redirect_stdout,
    ) as bars:
        tasks: dict[str, tuple[TaskID, float]] = {}

        def show(name: str, done: int, total: int) -> None:
            if name not in tasks:
                tasks[name] = bars.add_task(printable(name), total=total, speed=""), time.perf_counter()
            task, started = tasks[name]
            speed = f"{done / max(1e-9, time.perf_counter() - started):.1f}/s" if done > 1 else ""
            bars.update(task, completed=done, total=total, speed=speed, visible=done < total)

        yield show


@contextmanager
def progress_bar(name: str) -> Iterator[Callable[[int, int], object]]:
    """A bar on the terminal (nothing elsewhere), moved by calling the value with (done, total)."""
    with progress_bars() as show:
        yield lambda done, total: show(name, done, total)


def print_left_out(found: "FolderPhotos", *, limit: int = 20) -> None:
    """Print on stderr which files are not photos, which names are hard to tell apart, which photos are there twice."""
    list_left_out(found.left_out, limit=limit)
    if found.merged:
        print("Folders that are one class, since their names look the same:", file=sys.stderr)
        _print_some(list(map(_names_with_counts, found.merged)), limit=limit)
    if found.look_alikes:
        print(
            f"WARNING: names of classes that are easily taken for each other ({len(found.look_alikes)}). If they mean "
            "the same, put their photos into one folder; else give one of them another name:",
            file=sys.stderr,
        )
        _print_some(list(map(_names_with_counts, found.look_alikes)), limit=limit)
    if found.contradictions:
        print(
            f"WARNING: photos that look the same lie in different classes ({len(found.contradictions)}): one of each "
            "pair teaches a wrong name. Take the wrong one away, and begin again:",
            file=sys.stderr,
        )
        _print_some([f"{first}  =  {second}" for first, second in found.contradictions], limit=limit)
    if found.leaks:
        print(
            f"WARNING: {found.leaks} photos of valid or test are also in train (the same file or the same picture): "
            "the figures will look better than they are. “split” keeps such photos together.",
            file=sys.stderr,
        )
    elif found.twins:
        print(f"Photos that look the same as another one: {found.twins}. Twins stay in one split.", file=sys.stderr)


def list_left_out(left_out: "Sequence[LeftOut]", *, limit: int = 20) -> None:
    """Print on stderr which files are left out, and why; nothing where none is."""
    if left_out:
        print(f"Left out ({len(left_out):,}):", file=sys.stderr)
        _print_some([f"{entry.file}: {entry.reason}" for entry in left_out], limit=limit)


def _names_with_counts(photos: Mapping[str, int]) -> str:
    """Names with their numbers of photos, and with the codes of letters by which they may differ."""

    def describe(name: str, count: int) -> str:
        code = "" if name.isascii() else f", {name.encode('ascii', 'backslashreplace').decode()}"
        return f"“{name}” ({count:,} {'photo' if count == 1 else 'photos'}{code})"

    return "  and  ".join(describe(name, count) for name, count in photos.items())


def _print_some(lines: Sequence[str], *, limit: int) -> None:
    for line in lines[:limit]:
        one_line = line.replace("\n", "�")  # `printable` leaves line ends; here one may be part of a file's name
        print(f"  {printable(one_line)}", file=sys.stderr)
    if len(lines) > limit:
        print(f"  … and {len(lines) - limit} more", file=sys.stderr)


def table_of(collection: Collection, *, split_name: str | None = None, limit: int = 40) -> Table:
    """Photos by class and split; of more than `limit` classes only the first ones, and the sum."""
    table = Table(title=f"{len(collection.photos):,} photos, {len(collection.classes):,} classes", title_justify="left")
    table.add_column("class")
    for split in SPLITS:
        table.add_column(split, justify="right")
    table.add_column("all", justify="right")
    counts = collection.counts(split_name or collection.default_split)
    for label in collection.classes[:limit]:
        parts = counts[label.class_id]
        table.add_row(label.name, *(f"{parts[split]:,}" for split in SPLITS), f"{sum(parts.values()):,}")
    if len(collection.classes) > limit:
        table.add_row(f"… and {len(collection.classes) - limit} more", *[""] * 4)
    sums = [sum(parts[split] for parts in counts.values()) for split in SPLITS]
    table.add_section()
    table.add_row("all", *(f"{number:,}" for number in sums), f"{sum(sums):,}", style="bold")
    return table


MOST_LISTED = 8


def print_report(report: Report) -> None:
    """The figures of the whole, the classes with the lowest F1, and the most confused pairs."""
    data, summary, console = report.data, report.summary, PlainConsole()
    low, high = summary["top1_interval"]
    table = Table(title=f"{report.checkpoint['name']} on {data['name']}, {data['split_name']} {data['split']}")
    table.add_column("figure")
    table.add_column("value", justify="right")
    table.add_column("meaning")
    for name, meaning in {
        "n": "photos",
        "top1": f"the first answer is right (95 %: {hundred_range((low, high), 1, between=' to ')} %)",
        "top5": "the right answer is among the first five",
        "mean_class": "first answer right, mean over the classes",
        "nll": "negative log-likelihood in nats, 0 is perfect",
        "brier": "squared distance of the probabilities from the truth, 0 is perfect",
        "ece": "expected calibration error, 0 is perfect",
    }.items():
        value = summary[name]
        if name == "top5" and len(report.classes) <= 5:
            continue  # all there are
        table.add_row(name, str(value) if name in ("n", "nll", "brier") else percent(value, 2), meaning)
    console.print(table)
    weak = sorted(
        (each for each in report.per_class if each.f1 is not None and each.f1 < 1), key=lambda each: each.f1 or 0
    )
    if not weak:
        return
    table = Table(title=f"The weakest of {len(report.classes)} classes")
    for heading in ("class", "photos", "recall", "precision", "F1", "F1, 95 %"):
        table.add_column(heading, justify="left" if heading == "class" else "right")
    for each in weak[:MOST_LISTED]:
        ends = hundred_range(each.f1_interval)
        shares = [percent(share) for share in (each.recall, each.precision, each.f1)]
        table.add_row(report.labels[each.class_id].name, str(each.n), *shares, ends)
    console.print(table)
    table = Table(title="The most confused pairs")
    for heading in ("class", "called", "photos"):
        table.add_column(heading, justify="right" if heading == "photos" else "left")
    for pair in report.confusions[:MOST_LISTED]:
        table.add_row(report.labels[pair.was].name, report.labels[pair.said].name, str(pair.count))
    console.print(table)
