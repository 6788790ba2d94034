"""`predict --cluster`: its options, and the way from them to parts and back to sentences."""

import argparse
import sys
import time
from collections.abc import Sequence

from classifier.checkpoint import read_metadata
from classifier.cli.printing import describe_speed, warn
from classifier.cli.terminal import progress_bars
from classifier.errors import SettingError
from classifier.inference.classifier import Classifier
from classifier.inference.cluster import ray_data
from classifier.inference.cluster.parts import Plan, make_plan, missing_parts
from classifier.inference.cluster.photos import list_photos
from classifier.inference.cluster.storage import Place, check_apart
from classifier.inference.cluster.worker import Done, Job
from classifier.outputs.names import escape as in_one_line
from classifier.photos.limits import ImageLimits

# Photos a part: half a minute to two of one core. A worker that is lost takes one part with it, and each is a file.
PART_SIZE = 2000
MOST_SENTENCES = 8
LOST = (
    "Its workers were lost, again and again. If this stays so, a photo in it ends them, or needs more memory than "
    "there is: lower --max-photo-megapixels."
)


def add_cluster_options(parser: argparse.ArgumentParser) -> None:
    """Add --cluster and what goes with it."""
    group = parser.add_argument_group("millions of photos, by workers on one or many hosts (docs/scaling.md)")
    group.add_argument(
        "--cluster",
        choices=("ray",),
        help="let workers of Ray Data do it, on this machine or on the cluster of RAY_ADDRESS; PHOTO may then be a URL "
        "such as s3://bucket/photos or gs://bucket/photos",
    )
    group.add_argument(
        "--parts",
        metavar="DIR|URL",
        help="where the answers go, a file for each part of the photos; the same command again does what is missing",
    )
    group.add_argument("--parts-form", choices=("parquet", "csv"), help="what the parts' files are (default: parquet)")
    group.add_argument("--part-size", type=int, metavar="N", help=f"photos a part (default: {PART_SIZE:,})")
    group.add_argument("--workers", type=int, metavar="N", help="workers, each on one core (default: every core)")


def check_cluster_options(args: argparse.Namespace) -> bool:
    """Whether the photos are done in parts by a cluster.

    Raises:
        SettingError: options that do not go together.
    """
    if not args.cluster:
        for option in ("--parts", "--parts-form", "--part-size", "--workers"):
            if getattr(args, option[2:].replace("-", "_")) is not None:
                raise SettingError(f"{option} is for --cluster ray. Add that, or leave {option} out.")
        return False
    if not args.parts or args.csv or args.json:
        raise SettingError("--cluster ray writes a folder of files. Name it by --parts, without --csv and --json.")
    if args.device not in ("auto", "cpu"):
        raise SettingError(f"--cluster ray uses processors only. Leave --device {args.device} out.")
    return True


def predict_in_parts(args: argparse.Namespace, *, model: str, limits: ImageLimits) -> int:
    """Predict by a cluster: 0 if every photo could be read and every part was written, else 1.

    Args:
        args: of the command line.
        model: what the predictions come from, as in the column “model”.
        limits: which photos are refused.

    Raises:
        SettingError: an option makes no sense, or the folder of parts is of other work. OutputError: it cannot be
        written. UnreadableFile: no photos. ClusterError: the workers cannot start. See `Classifier.load` for others.
    """
    ray_data.check_installed()
    top_k = min(args.top_k, len(read_metadata(args.checkpoint).classes))
    place = Place.of(args.parts)
    check_apart(place, args.photos)
    # What the workers could not load would else be found out after millions of photos were listed.
    Classifier.load(args.checkpoint, engine=args.engine, device="cpu", threads=1, limits=limits)
    wanted = Plan(tuple(args.photos), model, top_k, args.parts_form or "parquet", args.part_size or PART_SIZE)
    with progress_bars() as progress:
        photos = list_photos(args.photos, warn=warn)
        plan, begun = make_plan(place, wanted, photos, step=lambda count: progress("photos", count, count + 1))
        parts = missing_parts(place, plan)
        if begun:
            done = (plan.parts or 0) - len(parts)
            print(f"{done:,} of {plan.parts:,} parts are in {place.address} already.", file=sys.stderr)
        job = Job(place, plan, args.checkpoint.absolute(), args.engine, limits, args.tta, args.batch_size)
        finished, started = [], time.perf_counter()
        for each in ray_data.do_parts(job, parts, workers=args.workers) if parts else ():
            finished.append(each)
            progress("parts", len(finished), len(parts))
        finished += lost_parts(place, plan, finished)
    return report_parts(plan, finished, seconds=time.perf_counter() - started)


def lost_parts(place: Place, plan: Plan, finished: Sequence[Done]) -> list[Done]:
    """Parts that have no file, and of which no worker said why."""
    said = {each.part for each in finished if each.trouble}
    return [Done(part, trouble=LOST) for part in missing_parts(place, plan) if part not in said]


def report_parts(plan: Plan, finished: Sequence[Done], *, seconds: float) -> int:
    """Say on stderr what became of the parts of this run; returns the exit code."""
    photos, failed = sum(each.photos for each in finished), sum(each.failed for each in finished)
    if photos:
        print(describe_speed(photos, seconds), file=sys.stderr)
    if failed:
        print(f"{failed:,} of them could not be read. The column “message” says why.", file=sys.stderr)
    troubled = sorted((each for each in finished if each.trouble), key=lambda each: each.part)
    for each in troubled[:MOST_SENTENCES]:
        print(f"{plan.file_of(each.part)} was not written: {in_one_line(each.trouble)}", file=sys.stderr)
    if troubled:
        count = f"{len(troubled):,} {'part is' if len(troubled) == 1 else 'parts are'}"
        print(f"{count} missing. Run the same command again for these.", file=sys.stderr)
    return 1 if failed or troubled else 0
