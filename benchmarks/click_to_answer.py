"""A click on Classify against a request to the API, for the same photo: how much the page costs beside the model.

    python -m benchmarks --only click
    python -m benchmarks.click_to_answer [--checkpoint FILE] [--engine NAME] [--photo FILE] [--rounds 20]

Both go through the whole server, in turn, in one process, without a network and a browser. Without `--photo` one is
drawn, of 500 px as the site's pages send it. What counts is the ratio: the times say as much about the machine.
"""

import argparse
import base64
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table as RichTable
from werkzeug.test import Client, TestResponse

from benchmarks.predict import Comparison, Pair, compare, make_photo
from benchmarks.report.parts import Options
from benchmarks.report.records import Result, Table
from benchmarks.report.targets import number
from benchmarks.serving.servers import LIGHT, NotInstalled, NotReady, running, site
from benchmarks.serving.visitors import Ask, Connection, Refused, Traffic, drive
from classifier import Classifier, ClassifierError
from classifier.checkpoint.collection import open_collection
from classifier.cli.options import add_checkpoint_option, add_engine_option
from classifier.inference.engines.choosing import AUTO
from classifier.locations import DATA_DIR
from web import create_app
from web.settings import Settings

PHOTO_PX = (750, 500)
CALLBACK = "/_dash-update-component"
ROUNDS, VISITORS, SECONDS = 20, 8, 6.0
STORE, BUTTON, PHOTO = (
    {"id": "fresh-answer", "property": "data"},
    {"id": "classify-button", "property": "n_clicks"},
    {"id": "photo", "property": "data"},
)


@dataclass(frozen=True)
class Found:
    """What a click and a request cost: the comparison of their times, and sizes in kB, of the click whole, too."""

    times: Comparison
    click_kb: float
    click_whole_kb: float
    request_kb: float


def click_body(photo: bytes) -> bytes:
    """What a browser sends when Classify is clicked."""
    url = f"data:image/jpeg;base64,{base64.b64encode(photo).decode()}"
    body = {
        "output": "fresh-answer.data",
        "outputs": STORE,
        "inputs": [{**BUTTON, "value": 1}],
        "state": [{**PHOTO, "value": {"key": "1", "url": url, "shrunk": True}}],
        "changedPropIds": ["classify-button.n_clicks"],
    }
    return json.dumps(body).encode()


def make_click(client: Client, photo: bytes, *, encoding: str = "br") -> Callable[[], TestResponse]:
    """A click on Classify; encoding: how the answer is compressed, or "identity"."""
    return partial(
        client.post,
        CALLBACK,
        data=click_body(photo),
        content_type="application/json",
        headers={"Accept-Encoding": encoding},
    )


def make_request(client: Client, photo: bytes, *, encoding: str = "br") -> Callable[[], TestResponse]:
    """The same question to the API."""
    headers = {"Accept-Encoding": encoding}
    return partial(client.post, "/api/v1/classify", data=photo, content_type="image/jpeg", headers=headers)


def click_asker(port: int) -> Ask:
    """Click on Classify, again and again."""
    connection = Connection(port)

    def ask(photo: bytes) -> None:
        if b"verdict__name" not in connection.ask("POST", CALLBACK, click_body(photo), "application/json"):
            raise Refused("The page named nothing.")

    return ask


def compare_with_api(classifier: Classifier, checkpoint: Path, photo: bytes, *, rounds: int) -> Found:
    """Click and ask the API in turn, through the whole server in this process."""
    collection = open_collection(classifier.metadata, checkpoint_path=checkpoint, data_dir=DATA_DIR, flowers_root=None)
    client = create_app(Settings(), classifier, collection).server.test_client()
    click, request = make_click(client, photo), make_request(client, photo)
    sizes = [len(ask().data) / 1000 for ask in (click, make_click(client, photo, encoding="identity"), request)]
    return Found(compare(Pair("click", "API", click, request), rounds=rounds), *sizes)


def measure(options: Options) -> Result:
    """Compare clicks with requests, and let eight visitors click."""
    photo = make_photo(PHOTO_PX)
    classifier = Classifier.load(options.checkpoint, engine=AUTO, device="cpu")
    found = compare_with_api(classifier, options.checkpoint, photo, rounds=options.rounds(ROUNDS))
    times = found.times
    rows = (
        ("click on Classify", number(times.first_ms), f"{times.ratio:.2f} ×", number(found.click_kb)),
        ("request to the API", number(times.second_ms), "", number(found.request_kb)),
    )
    tables = [Table("One after the other, in one process", ("", "ms", "click ÷ API", "kB compressed"), rows)]
    figures = {"times_api": times.ratio, "answer_kb": found.click_kb}
    notes = [] if (traffic := click_together(options)) else ["Not measured: clicks of several visitors."]
    if traffic:
        shares = (0.5, 0.95, 0.99)
        row = (
            str(VISITORS),
            number(traffic.answers_per_s),
            *(number(traffic.percentile_ms(share)) for share in shares),
        )
        columns = ("visitors", "answers/s", "50 %, ms", "95 %, ms", "99 %, ms")
        tables.append(Table("Visitors who click at the same time, the site from its light set", columns, (row,)))
        figures["p95_ms"] = traffic.percentile_ms(0.95)
    return Result(tuple(tables), figures, tuple(notes))


def click_together(options: Options) -> Traffic | None:
    """What eight visitors meet who click again as soon as they have their answer; None if the site does not start."""
    try:
        with running(site("the site, light set", LIGHT, options.checkpoint)) as server:
            drive_clicks = partial(
                drive, partial(click_asker, server.port), [make_photo((500, 500)) for _ in range(8)], visitors=VISITORS
            )
            drive_clicks(seconds=options.seconds(1.0))
            return drive_clicks(seconds=options.seconds(SECONDS))
    except (NotInstalled, NotReady) as error:
        options.say(f"  {error}")
        return None


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photo", type=Path, help="the photo (default: one is drawn)")
    parser.add_argument("--rounds", type=int, default=20, help="turns each of the two takes (default: 20)")
    add_checkpoint_option(parser)
    add_engine_option(parser, default=AUTO)
    args = parser.parse_args(arguments)
    if args.rounds < 2:
        parser.error("--rounds is at least 2")
    try:
        photo = args.photo.read_bytes() if args.photo else make_photo(PHOTO_PX)
        classifier = Classifier.load(args.checkpoint, engine=args.engine, device="cpu")
        (prediction,) = classifier.predict([photo], maps=True)
        found = compare_with_api(classifier, args.checkpoint, photo, rounds=args.rounds)
    except (ClassifierError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    result = found.times
    table = RichTable("", "median ms", "click ÷ API", "kB", "kB uncompressed", box=None, padding=(0, 2, 0, 0))
    spread = f"{result.ratio:.2f} ({result.ratio_low:.2f}-{result.ratio_high:.2f})"
    table.add_row(
        "click on Classify", f"{result.first_ms:.1f}", spread, f"{found.click_kb:.1f}", f"{found.click_whole_kb:.1f}"
    )
    table.add_row("request to the API", f"{result.second_ms:.1f}", "", f"{found.request_kb:.1f}", "")
    Console().print(table)
    print(f"Engine: {classifier.engine.name}. Answer: {prediction.verdict or 'without a verdict'}.")
    print("In brackets: the middle half of the rounds. Other work on this machine changes the figures.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
