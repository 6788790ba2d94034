"""A click on Classify against a request to the API, for the same photo: how much the page costs beside the model.

    python -m benchmarks --only click
    python -m benchmarks.click_to_answer [--checkpoint FILE] [--engine NAME] [--photo FILE] [--rounds 20]

Both go through the whole server, in turn, in one process, without a network and a browser. Without `--photo`, photos
of 500 px are drawn, as the site's pages send them: one that gets a confident answer, and one that gets an unsure one.
What counts is the ratio: the times say as much about the machine.
"""

import argparse
import base64
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import brotli
from werkzeug.test import Client, TestResponse

from benchmarks.photos import ORDINARY, SQUARE_PX, choose_photos
from benchmarks.predict import Comparison, Pair, compare
from benchmarks.report.parts import Options
from benchmarks.report.printing import print_result
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
from web.site import threads_a_pass

COLUMNS = ("", "ms", "click ÷ API", "kB compressed", "kB uncompressed")
BROWSER_ENCODINGS = "gzip, deflate, br, zstd"
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

    def rows(self, answer: str) -> list[tuple[str, ...]]:
        """Rows of a table with the columns `COLUMNS`; answer: what the photo gets."""
        times = self.times
        return [
            (
                *(f"click on Classify, {answer}", number(times.first_ms), times.ratio_text),
                *(number(self.click_kb), number(self.click_whole_kb)),
            ),
            (f"request to the API, {answer}", number(times.second_ms), "", number(self.request_kb), ""),
        ]


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
    """Click on Classify, again and again, and take the answers compressed as a browser does."""
    connection = Connection(port)
    headers = {"Content-Type": "application/json", "Accept-Encoding": BROWSER_ENCODINGS}

    def ask(photo: bytes) -> None:
        answer = connection.send("POST", CALLBACK, click_body(photo), headers)
        if answer.encoding != "br" or b"verdict__name" not in brotli.decompress(answer.content):
            raise Refused("The page named nothing, or did not compress its answer.")

    return ask


def compare_with_api(classifier: Classifier, checkpoint: Path, photo: bytes, *, rounds: int) -> Found:
    """Click and ask the API in turn, through the whole server in this process."""
    collection = open_collection(classifier.metadata, checkpoint_path=checkpoint, data_dir=DATA_DIR, flowers_root=None)
    client = create_app(Settings(), classifier, collection).server.test_client()
    click, request = make_click(client, photo), make_request(client, photo)
    sizes = [len(ask().data) / 1000 for ask in (click, make_click(client, photo, encoding="identity"), request)]
    return Found(compare(Pair("click", "API", click, request), rounds=rounds), *sizes)


def measure(options: Options) -> Result:
    """Compare clicks with requests, by the answer that the photo gets, and let eight visitors click."""
    classifier = Classifier.load(options.checkpoint, engine=AUTO, device="cpu", threads=threads_a_pass(Settings()))
    rows, notes, found, photos = [], [], [], []
    for verdict in ORDINARY:
        chosen = choose_photos(classifier, options.checkpoint, verdict, size=SQUARE_PX, count=VISITORS // len(ORDINARY))
        found.append(compare_with_api(classifier, options.checkpoint, chosen.jpegs[0], rounds=options.rounds(ROUNDS)))
        rows += found[-1].rows(verdict)
        photos += chosen.jpegs
        notes += [chosen.note] if chosen.note else []
    tables = [Table("One after the other, in one process", COLUMNS, tuple(rows))]
    figures = {
        "times_api": max(each.times.ratio for each in found),
        "answer_kb": max(each.click_kb for each in found),
    }
    if traffic := click_together(photos, options):
        shares = [traffic.percentile_ms(share) for share in (0.5, 0.95, 0.99)]
        row = (str(VISITORS), *map(number, (traffic.answers_per_s, *shares)))
        columns = ("visitors", "answers/s", "50 %, ms", "95 %, ms", "99 %, ms")
        tables.append(Table("Visitors who click at the same time, the site from its light set", columns, (row,)))
        figures["p95_ms"] = traffic.percentile_ms(0.95)
        notes += [f"{traffic.refused} clicks of several visitors got no answer."] if traffic.refused else []
    else:
        notes.append("Not measured: clicks of several visitors.")
    return Result(tuple(tables), figures, tuple(notes))


def click_together(photos: Sequence[bytes], options: Options) -> Traffic | None:
    """What eight visitors meet who click again as soon as they have their answer; None if the site does not start."""
    try:
        with running(site("the site, light set", LIGHT, options.checkpoint)) as server:
            asker = partial(click_asker, server.port)
            return drive(asker, photos, visitors=VISITORS, seconds=options.seconds(SECONDS), settle=True)
    except (NotInstalled, NotReady) as error:
        options.say(f"  {error}")
        return None


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photo", type=Path, help="the photo (default: drawn ones, by the answers that they get)")
    parser.add_argument("--rounds", type=int, default=20, help="turns each of the two takes (default: 20)")
    add_checkpoint_option(parser)
    add_engine_option(parser, default=AUTO)
    args = parser.parse_args(arguments)
    if args.rounds < 2:
        parser.error("--rounds is at least 2")
    rows = []
    try:
        threads = threads_a_pass(Settings())
        classifier = Classifier.load(args.checkpoint, engine=args.engine, device="cpu", threads=threads)
        for answer, photo in photos_to_click(classifier, args.checkpoint, args.photo):
            rows += compare_with_api(classifier, args.checkpoint, photo, rounds=args.rounds).rows(answer)
    except (ClassifierError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    notes = (
        f"Engine: {classifier.engine.name}.",
        "In brackets: the middle half of the rounds. Other work on this machine changes the figures.",
    )
    print_result(Result((Table("", COLUMNS, tuple(rows)),), notes=notes))
    return 0


def photos_to_click(classifier: Classifier, checkpoint: Path, file: Path | None) -> Iterator[tuple[str, bytes]]:
    """A photo for each answer, or the one of a file: (answer, JPEG)."""
    if file:
        photo = file.read_bytes()
        yield classifier.predict([photo])[0].verdict or "no verdict", photo
        return
    for verdict in ORDINARY:
        chosen = choose_photos(classifier, checkpoint, verdict, size=SQUARE_PX, count=1)
        yield classifier.predict(chosen.jpegs)[0].verdict or "no verdict", chosen.jpegs[0]


if __name__ == "__main__":
    sys.exit(main())
