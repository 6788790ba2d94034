"""The site's API beside a Gradio demo and the original app's path, with 1, 8 and 64 visitors."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.photos import SQUARE_PX, WIDE_PX, Size, choose_photos
from benchmarks.report.parts import Options
from benchmarks.report.records import Result, Table
from benchmarks.report.targets import number
from benchmarks.serving.servers import FULL, LIGHT, OTHERS, NotInstalled, NotReady, Running, Server, running, site
from benchmarks.serving.visitors import Ask, Traffic, api_asker, drive, gradio_asker, merge, original_asker
from classifier.inference.classifier import Classifier
from classifier.inference.engines.choosing import AUTO

VISITORS = (1, 8, 64)
TARGET_VISITORS = 8
# A turn lasts so long from when all visitors have had an answer, and until each has had the next: of a slow server with
# 64 visitors, 30 s. It has answers enough in one round; all turns together are to stay below four minutes.
SECONDS, ROUNDS = {1: 2.0, 8: 3.0, 64: 2.0}, {1: 2, 8: 3, 64: 1}
PHOTOS = 8
SITE, GRADIO = "Florascope’s API", "Gradio demo, PyTorch"


@dataclass(frozen=True)
class Contender:
    """A server, how it is asked, and with photos of which size in pixels."""

    name: str
    server: Server
    make_asker: Callable[[int], Ask]
    photo_px: Size = SQUARE_PX


def contenders(checkpoint: Path) -> list[Contender]:
    """All that are compared; those that share a server are asked in turn, too."""
    light = site("the site, light set", LIGHT, checkpoint)
    torch = site("the site with ENGINE=torch", FULL, checkpoint, engine="torch")
    return [
        Contender(SITE, light, api_asker),
        Contender(f"{SITE}, two looks", light, api_asker, WIDE_PX),
        Contender(f"{SITE}, ENGINE=torch", torch, api_asker),
        Contender(GRADIO, gradio(checkpoint, "torch"), gradio_asker),
        Contender("Gradio demo, the site’s engine", gradio(checkpoint, "auto"), gradio_asker),
        Contender("the original app’s path, VGG16", original(), original_asker),
    ]


def gradio(checkpoint: Path, engine: str) -> Server:
    """The demo of `gradio_demo`."""
    command = ("-m", "benchmarks.serving.gradio_demo", str(checkpoint), engine, "{port}")
    return Server(f"the Gradio demo ({engine})", OTHERS, command, {"GRADIO_ANALYTICS_ENABLED": "False"})


def original() -> Server:
    """The server of `original_app`."""
    command = (
        *("-m", "gunicorn", "--no-control-socket", "--config", "/dev/null", "--bind", "127.0.0.1:{port}"),
        *("--threads", "8", "benchmarks.serving.original_app:serve()"),
    )
    return Server("the original app’s path", OTHERS, command)


def measure(options: Options) -> Result:
    """Start all, let them be asked in turns, and compare."""
    wanted, notes = contenders(options.checkpoint), list[str]()
    photos = make_photos(options.checkpoint, notes)
    with ExitStack() as stack:
        started = start([each.server for each in wanted], stack, notes, say=options.say)
        entered = [each for each in wanted if each.server.name in started]
        found = take_turns(entered, started, photos, options)
    return Result((table(found),), figures(found), tuple(notes))


def make_photos(checkpoint: Path, notes: list[str]) -> dict[Size, list[bytes]]:
    """Photos by their size: square ones, half of them with a confident answer; wide ones that get two looks."""
    classifier = Classifier.load(checkpoint, engine=AUTO, device="cpu", threads=1)
    sure = choose_photos(classifier, checkpoint, "confident", size=SQUARE_PX, count=PHOTOS // 2)
    unsure, wide = (
        choose_photos(classifier, checkpoint, "unsure", size=size, count=count)
        for size, count in ((SQUARE_PX, PHOTOS // 2), (WIDE_PX, PHOTOS))
    )
    notes += dict.fromkeys(chosen.note for chosen in (sure, unsure, wide) if chosen.note)
    return {SQUARE_PX: [*sure.jpegs, *unsure.jpegs], WIDE_PX: list(wide.jpegs)}


def start(
    servers: Sequence[Server], stack: ExitStack, notes: list[str], *, say: Callable[[str], None]
) -> dict[str, Running]:
    """Start each server once → by its name; what cannot be started becomes a note."""
    started: dict[str, Running] = {}
    for server in {server.name: server for server in servers}.values():
        say(f"  starting {server.name}")
        try:
            started[server.name] = stack.enter_context(running(server))
        except (NotInstalled, NotReady) as error:
            say(f"  {error}")
            notes.append(f"Not measured: {server.name}.")
    return started


def take_turns(
    entered: Sequence[Contender],
    started: Mapping[str, Running],
    photos: Mapping[Size, Sequence[bytes]],
    options: Options,
) -> dict[tuple[str, int], list[Traffic]]:
    """Name and visitors → what visitors met in each round, once the server had warmed up with as many.

    Args:
        entered: those that are compared.
        started: their servers, by name.
        photos: that they are asked about, by size.
        options: how many rounds, how long.
    """
    found: dict[tuple[str, int], list[Traffic]] = {}
    for each in entered:  # what a server does only once is not measured
        asker = partial(each.make_asker, started[each.server.name].port)
        drive(asker, photos[each.photo_px], visitors=1, answers=len(photos[each.photo_px]))
    turns = {visitors: min(rounds, options.rounds(rounds)) for visitors, rounds in ROUNDS.items()}
    for turn in range(max(turns.values())):
        for visitors in VISITORS:
            for each in entered if turn < turns[visitors] else ():
                server = started[each.server.name]
                traffic = drive(
                    partial(each.make_asker, server.port),
                    photos[each.photo_px],
                    visitors=visitors,
                    seconds=options.seconds(SECONDS[visitors]),
                    process=server.process,
                    settle=True,
                )
                found.setdefault((each.name, visitors), []).append(traffic)
        options.say(f"  round {turn + 1} of {max(turns.values())}")
    return found


def table(found: Mapping[tuple[str, int], Sequence[Traffic]]) -> Table:
    """Latencies and answers per second; the ratio is the API's rate by the other's, in the same rounds."""
    rows = []
    for (name, visitors), parts in sorted(found.items(), key=lambda item: item[0][1]):
        whole = merge(parts)
        latencies = [number(whole.percentile_ms(share)) for share in (0.5, 0.95, 0.99)]
        site_parts = found.get((SITE, visitors))
        ratio = number(times(site_parts, parts)) if site_parts and name != SITE else ""
        rates = number(whole.answers_per_s), ratio, number(whole.processor_ms), str(whole.refused)
        rows.append((name, str(visitors), *latencies, *rates))
    shares = "50 %, ms", "95 %, ms", "99 %, ms"
    columns = ("", "visitors", *shares, "answers/s", "the API’s ÷ these", "processor, ms an answer", "refused")
    return Table("", columns, tuple(rows))


def times(first: Sequence[Traffic], second: Sequence[Traffic]) -> float:
    """How many times as many answers per second the first gives: median over the rounds; 0 if the second gives none."""
    return statistics.median(
        one.answers_per_s / other.answers_per_s if other.answers_per_s else 0.0
        for one, other in zip(first, second, strict=True)
    )


def figures(found: Mapping[tuple[str, int], Sequence[Traffic]]) -> dict[str, float]:
    """The figures that targets ask for, of those that were measured."""
    ours, gradios = (found.get((name, TARGET_VISITORS)) for name in (SITE, GRADIO))
    wanted = {}
    if ours:
        wanted["answers_per_s"] = merge(ours).answers_per_s
    if ours and gradios:
        wanted["times_gradio"] = times(ours, gradios)
    return wanted
