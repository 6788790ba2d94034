"""Coverage-guided fuzzing with atheris, of `open_image` and of the payloads that Dash's callbacks get.

`python benchmarks/resilience/fuzz.py photos --minutes 20`, or `payloads`. atheris is in none of the requirement files;
in an environment that has those of the project: `pip install atheris`. It begins from the seeds of
`tests/making/mutations.py` or from what pages send, and stops at the first finding, whose bytes it leaves in a file:
anything but a picture or a refusal, an answer of 500 or more, a crash, 2 GB of memory, or 20 s for one input.
"""

import argparse
import importlib
import json
import sys
import tempfile
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

MOST_MEMORY_MB, MOST_SECONDS, MOST_BYTES = 2048, 20, 64 * 1024
INSTRUMENTED = ["PIL", "pillow_heif", "classifier", "web", "dash", "werkzeug"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("target", choices=("photos", "payloads"))
    parser.add_argument("--minutes", type=float, default=10, help="how long (default: 10)")
    parser.add_argument(
        "--findings", type=Path, default=Path("."), help="folder for what was found (default: this one)"
    )
    parser.add_argument(
        "--corpus", type=Path, help="folder that keeps the inputs that reach further, for the next run (default: none)"
    )
    args = parser.parse_args()
    atheris = importlib.import_module("atheris")
    warnings.simplefilter("ignore")  # Pillow tells of damage that it passes over
    with atheris.instrument_imports(include=INSTRUMENTED):
        test, seeds = TARGETS[args.target]()
    with tempfile.TemporaryDirectory() as begun:
        for number, seed in enumerate(seeds):
            Path(begun, str(number)).write_bytes(seed)
        if args.corpus:
            args.corpus.mkdir(parents=True, exist_ok=True)
        corpus = [str(args.corpus), begun] if args.corpus else [begun]
        limits = [f"-rss_limit_mb={MOST_MEMORY_MB}", f"-timeout={MOST_SECONDS}", f"-max_len={MOST_BYTES}"]
        until = [
            f"-max_total_time={round(args.minutes * 60)}",
            f"-artifact_prefix={args.findings}/",
            "-print_final_stats=1",
        ]
        atheris.Setup([sys.argv[0], *limits, *until, *corpus], test)
        atheris.Fuzz()


def photos() -> tuple:
    """What reads a photo, and small photos of all kinds."""
    from classifier.photos.reading import is_large
    from tests.making.hostile_files import read_or_refusal
    from tests.making.mutations import seeds

    def test(data: bytes) -> None:
        is_large(data)
        found = read_or_refusal(data, draft_px=288 if len(data) % 2 else None)
        assert found.endswith(".") if isinstance(found, str) else found.mode == "RGB"

    return test, seeds()


def payloads() -> tuple:
    """What posts a payload to a site with photos and a model that are made up, and what its pages send."""
    from tests.making.dash_payloads import as_sent, send, spelled, with_value
    from tests.making.fakes import FakeClassifier, plant_garden
    from web import create_app
    from web.settings import Settings

    app = create_app(Settings(), FakeClassifier(), plant_garden(Path("nowhere"), with_photos=False))
    post = app.server.test_client().post
    right = [as_sent(*each) for each in app.callback_map.items()]
    places = [
        (number, f"{end['id']}.{end['property']}")
        for number, payload in enumerate(right)
        for end in (*payload["inputs"], *payload["state"])
    ]

    def test(data: bytes) -> None:
        """A body; after two bytes, the first of them a digit, the value of an input or state that these two choose."""
        if data[:1].isdigit() and (value := json_in(data[2:])) is not NOTHING:
            number, name = places[int.from_bytes(data[:2], "big") % len(places)]
            data = spelled(with_value(right[number], name, value) or {})
        answer = send(post, data)
        assert answer.status_code < 500, answer.text
        if answer.status_code == 200:
            json.loads(answer.text)

    values = [b'"x"', b"1", b"null", b"[]", b'{"key": "k", "url": "data:image/png;base64,AAAA", "view": {"size": 50}}']
    return test, [*map(spelled, right), *(b"0%c" % number + value for number in range(64) for value in values)]


NOTHING = object()


def json_in(data: bytes) -> object:
    """What these bytes are as JSON; `NOTHING` where they are none."""
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return NOTHING


TARGETS = {"photos": photos, "payloads": payloads}

if __name__ == "__main__":
    main()
