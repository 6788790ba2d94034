"""Hostile uploads: mutated and crafted files sent to the site, and bombs read one by one. Linux only.

`python benchmarks/resilience/hostile_uploads.py` sends 10,000 files to the site in this process, in turn as the API and
as the page do, and counts answers, refusals and failures; `--payloads` sends payloads that no page sends instead, and
`--bombs` reads each bomb of `tests/making/hostile_files.py` in a process of its own, at its full size, and prints its
time and memory. Ends with 1 if anything failed.
"""

import argparse
import base64
import json
import logging
import multiprocessing
import os
import re
import resource
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

import dash

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.serving.processes import resident_mb
from classifier.data.oxford import flowers102
from classifier.errors import PhotoError
from classifier.inference.classifier import Classifier
from classifier.locations import DATA_DIR, default_checkpoint
from classifier.machine import return_freed_pictures
from classifier.photos.reading import open_image
from tests.making.dash_payloads import malformed, strange
from tests.making.dash_payloads import send as send_payload
from tests.making.hostile_files import SIDE, bombs, floods, loops
from tests.making.mutations import mutated
from web import create_app
from web.settings import Settings

FLOOD = 2_000_000  # parts: as many as a file of 10 MB has room for
SENTENCE = re.compile(r"[A-Z“].*[.!?]", re.DOTALL)
SLOW_S = 5.0
Result = TypeVar("Result")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--files", type=int, default=10_000, help="mutated files that are sent (default: 10000)")
    parser.add_argument("--first", type=int, default=0, help="number of the first one (default: 0)")
    parser.add_argument(
        "--bombs", nargs="?", const="", help="read the bombs at their full size instead (BOMBS: a part of their names)"
    )
    parser.add_argument(
        "--payloads", action="store_true", help="send payloads for callbacks that no page sends instead"
    )
    args = parser.parse_args()
    warnings.simplefilter("ignore")  # Pillow tells of damage that it passes over
    logging.disable(logging.WARNING)
    logging.getLogger("PIL").setLevel(logging.CRITICAL)  # as app.py does
    return_freed_pictures()
    ask = (
        partial(read_bombs, args.bombs)
        if args.bombs is not None
        else send_payloads
        if args.payloads
        else partial(send, args.first, args.files)
    )
    failed = ask()
    print(f"{failed} failed")
    return 1 if failed else 0


class Failures(logging.Handler):
    """Counts what the site logs as an error."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.count = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.count += 1
        print(self.format(record))


def send(first: int, files: int) -> int:
    """Send the files with these numbers; how many of them failed."""
    logged, app = Failures(), real_app()
    logging.getLogger().addHandler(logged)
    client = app.server.test_client()
    answers: Counter[str] = Counter()
    failed, slowest, begun = 0, 0.0, time.perf_counter()
    for number in range(first, first + files):
        data, started = mutated(number), time.perf_counter()
        outcome = (ask_api, ask_page)[number % 2](client.post, data)
        slowest = max(slowest, time.perf_counter() - started)
        answers[outcome] += 1
        if outcome.startswith("!"):
            failed += 1
            print(f"file {number} ({len(data)} bytes): {outcome}")
        if (done := number - first + 1) % 1000 == 0 or done == min(200, files):
            print(
                f"{done:6,} files  {resident_mb(os.getpid()):6,.0f} MB  {time.perf_counter() - begun:6.0f} s",
                flush=True,
            )
    for outcome, count in answers.most_common():
        print(f"{count:6,}  {outcome}")
    print(f"slowest answer: {slowest:.2f} s; errors logged: {logged.count}")
    return failed + logged.count


def real_app() -> dash.Dash:
    """The site with the shipped checkpoint, without photos."""
    model = Classifier.load(default_checkpoint())
    return create_app(Settings(), model, flowers102(data_dir=DATA_DIR, flowers_root=None))


def send_payloads() -> int:
    """Send payloads of wrong shapes, which have to get 400, and ones with strange values; how many failed."""
    logged, app = Failures(), real_app()
    logging.getLogger().addHandler(logged)
    post, failed = app.server.test_client().post, 0
    for name, bodies, most in (("malformed", malformed, 400), ("with strange values", strange, 499)):
        statuses = Counter(send_payload(post, body).status_code for body in bodies(app.callback_map))
        print(f"{sum(statuses.values()):,} {name}: {dict(statuses)}")
        failed += sum(count for status, count in statuses.items() if status > most or (most == 400 and status != 400))
    print(f"errors logged: {logged.count}")
    return failed + logged.count


def ask_api(post: Callable, data: bytes) -> str:
    """What the API makes of a file: a verdict, the code of a refusal, or “!” and what is wrong with the answer."""
    answer = post("/api/v1/classify", data=data, content_type="application/octet-stream")
    body = json.loads(answer.text)
    if answer.status_code == 200:
        return "answered"
    refused = 400 <= answer.status_code < 500 and SENTENCE.fullmatch(body["detail"])
    return body["code"] if refused else f"! {answer.status_code} {answer.text[:300]}"


def ask_page(post: Callable, data: bytes) -> str:
    """The same, of the page's callback."""
    photo = {"key": "k", "url": f"data:application/octet-stream;base64,{base64.b64encode(data).decode()}"}
    payload = {
        "output": "fresh-answer.data",
        "outputs": {"id": "fresh-answer", "property": "data"},
        "inputs": [{"id": "classify-button", "property": "n_clicks", "value": 1}],
        "state": [{"id": "photo", "property": "data", "value": photo}],
        "changedPropIds": ["classify-button.n_clicks"],
    }
    answer = post("/_dash-update-component", json=payload)
    if answer.status_code != 200:
        return f"! {answer.status_code} {answer.text[:300]}"
    record = json.loads(answer.text)["response"]["fresh-answer"]["data"]
    if not record["message"]:
        return "answered"
    is_ours = "on our side" in record["message"] or not SENTENCE.fullmatch(record["message"])
    return f"! {record['message']}" if is_ours else "refused on the page"


def read_bombs(names: str) -> int:
    """Read each bomb whose name has `names` in it in a process of its own; how many did harm."""
    recipes = {**bombs(SIDE), **floods(FLOOD), **loops()}
    print(f"{'':32s} {'bytes':>10s} {'read':>8s} {'memory':>9s}")
    return sum(not read_bomb(name, make) for name, make in recipes.items() if names in name)


def read_bomb(name: str, make: Callable[[], bytes]) -> bool:
    """Print what reading a bomb takes; whether it was read or refused in time, without a crash."""
    data = in_child(make)
    try:
        seconds, memory_mb, outcome = in_child(partial(read, data))
    except EOFError:
        seconds, memory_mb, outcome = 0.0, 0.0, "! the process crashed"
    print(f"{name:32s} {len(data):10,} {seconds:6.2f} s {memory_mb:6,.0f} MB  {outcome}", flush=True)
    return not outcome.startswith("!") and seconds < SLOW_S


def in_child(function: Callable[[], Result]) -> Result:
    """What the function returns, called in a process of its own.

    Raises:
        EOFError: that process crashed.
    """
    ours, theirs = multiprocessing.Pipe()
    child = multiprocessing.get_context("fork").Process(target=lambda: theirs.send(function()))
    child.start()
    theirs.close()
    try:
        return ours.recv()
    finally:
        child.join()


def read(data: bytes) -> tuple[float, float, str]:
    """Read a bomb as the API does: processor time (s), memory (MB) beyond what was held before, and what came of it."""
    before, started = most_mb(), time.process_time()
    try:
        outcome = f"read: {open_image(data, draft_px=288).size}"
    except PhotoError as error:
        outcome = f"{error.code}: {error}"
    except BaseException as error:
        outcome = f"! {error!r}"
    return time.process_time() - started, most_mb() - before, outcome


def most_mb() -> float:
    """The most memory that this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
