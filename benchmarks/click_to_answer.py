"""A click on Classify against a request to the API, for the same photo: how much the page costs beside the model.

    python -m benchmarks.click_to_answer [--checkpoint FILE] [--engine NAME] [--photo FILE] [--rounds 20]

Both go through the whole server, in turn, in one process, without a network and a browser. Without `--photo` one is
drawn, of 500 px as the site's pages send it. What counts is the ratio: the times say as much about the machine.
"""

import argparse
import base64
import json
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table
from werkzeug.test import Client, TestResponse

from benchmarks.predict import Pair, compare, make_photo
from classifier import Classifier, ClassifierError
from classifier.checkpoint.collection import open_collection
from classifier.cli.options import add_checkpoint_option, add_engine_option
from classifier.inference.engines.choosing import AUTO
from classifier.locations import DATA_DIR
from web import create_app
from web.settings import Settings

PHOTO_PX = (750, 500)
STORE, BUTTON, PHOTO = (
    {"id": "fresh-answer", "property": "data"},
    {"id": "classify-button", "property": "n_clicks"},
    {"id": "photo", "property": "data"},
)


def make_click(client: Client, photo: bytes, *, encoding: str = "br") -> Callable[[], TestResponse]:
    """What a browser sends when Classify is clicked; encoding: how the answer is compressed, or "identity"."""
    url = f"data:image/jpeg;base64,{base64.b64encode(photo).decode()}"
    body = {
        "output": "fresh-answer.data",
        "outputs": STORE,
        "inputs": [{**BUTTON, "value": 1}],
        "state": [{**PHOTO, "value": {"key": "1", "url": url, "shrunk": True}}],
        "changedPropIds": ["classify-button.n_clicks"],
    }
    return partial(
        client.post,
        "/_dash-update-component",
        data=json.dumps(body).encode(),
        content_type="application/json",
        headers={"Accept-Encoding": encoding},
    )


def make_request(client: Client, photo: bytes, *, encoding: str = "br") -> Callable[[], TestResponse]:
    """The same question to the API."""
    headers = {"Accept-Encoding": encoding}
    return partial(client.post, "/api/v1/classify", data=photo, content_type="image/jpeg", headers=headers)


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
        collection = open_collection(
            classifier.metadata, checkpoint_path=args.checkpoint, data_dir=DATA_DIR, flowers_root=None
        )
    except (ClassifierError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    client = create_app(Settings(), classifier, collection).server.test_client()
    click, request = make_click(client, photo), make_request(client, photo)
    sizes = [len(ask().data) / 1000 for ask in (click, make_click(client, photo, encoding="identity"), request)]
    result = compare(Pair("click", "API", click, request), rounds=args.rounds)
    table = Table("", "median ms", "click ÷ API", "kB", "kB uncompressed", box=None, padding=(0, 2, 0, 0))
    spread = f"{result.ratio:.2f} ({result.ratio_low:.2f}-{result.ratio_high:.2f})"
    table.add_row("click on Classify", f"{result.first_ms:.1f}", spread, f"{sizes[0]:.1f}", f"{sizes[1]:.1f}")
    table.add_row("request to the API", f"{result.second_ms:.1f}", "", f"{sizes[2]:.1f}", "")
    Console().print(table)
    print(f"Engine: {classifier.engine.name}. Answer: {prediction.verdict or 'without a verdict'}.")
    print("In brackets: the middle half of the rounds. Other work on this machine changes the figures.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
