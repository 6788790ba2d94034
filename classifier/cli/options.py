"""What several commands share: where things lie, and the options that name them."""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from classifier.checkpoint import read_metadata
from classifier.cli.terminal import list_left_out
from classifier.errors import SettingError
from classifier.inference.engines.choosing import AUTO, ENGINES
from classifier.locations import default_checkpoint
from classifier.photos.finding import files_in
from classifier.photos.limits import PhotoLimits
from classifier.setting_fields import check_values, declarations

if TYPE_CHECKING:
    from classifier.data.elsewhere.photo_set import PhotoSet
    from classifier.data.labels import LabelClass

SOURCES_SHOWN = 10
DATA_HELP = (
    "the photos: “flowers102”, or a folder with one folder of photos a class, or one with train, valid and test "
    "folders of such folders"
)


def add_checkpoint_option(parser: argparse.ArgumentParser) -> None:
    """--checkpoint."""
    parser.add_argument(
        "--checkpoint",
        type=Path,
        default=default_checkpoint(),
        metavar="FILE",
        help="the .safetensors file to use (default: the CHECKPOINT variable, else the one that ships)",
    )


def add_force_option(parser: argparse.ArgumentParser) -> None:
    """Add --force."""
    parser.add_argument(
        "--force",
        action="store_true",
        help="replace what is there, even if this command did not write it",
    )


def add_limit_options(parser: argparse.ArgumentParser, *, trained: bool = True) -> None:
    """Add --max-photo-mb and --max-photo-megapixels.

    Args:
        parser: of the command.
        trained: whether the command is about a checkpoint, whose training says what holds unless they are given.
    """
    for declared in declarations(PhotoLimits):
        default = f"that of the checkpoint's training, else {declared.default}" if trained else declared.default
        help = f"{declared.help} (default: {default})"
        parser.add_argument(declared.option, type=declared.kind, metavar="N", help=help)


def photo_limits(args: argparse.Namespace, checkpoint: Path | None = None) -> PhotoLimits:
    """Limits of photos that the options give; for the rest those that a checkpoint was trained with.

    Raises:
        CheckpointError: the checkpoint is missing or damaged.
        SettingError: an option is out of its range.
    """
    values = {each.name: getattr(args, each.name) for each in declarations(PhotoLimits)}
    given = {name: value for name, value in values.items() if value is not None}
    check_values(PhotoLimits, given)
    learnt = read_metadata(checkpoint).training.settings if checkpoint else {}
    return replace(PhotoLimits.among(learnt), **given)


def add_device_option(parser: argparse.ArgumentParser) -> None:
    """--device."""
    parser.add_argument(
        "--device", default="auto", choices=("auto", "cpu", "cuda", "mps"), help="where to compute (default: auto)"
    )


def add_engine_option(parser: argparse.ArgumentParser, *, default: str) -> None:
    """--engine."""
    parser.add_argument(
        "--engine",
        default=default,
        choices=(AUTO, *ENGINES),
        metavar="NAME",
        help=f"{', '.join((AUTO, *ENGINES))}: what runs the network. torch is the reference, auto the quickest that is "
        "installed and passes its check; all but torch need the checkpoint's model file, which export writes (default: "
        f"{default})",
    )


def add_verdict_options(parser: argparse.ArgumentParser) -> None:
    """--trust and --unknown."""
    parser.add_argument(
        "--trust", action="store_true", help="print how right verdicts, probabilities and coverage sets are instead"
    )
    parser.add_argument(
        "--unknown",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="pictures that show none of the classes, for --trust and --report; give it again for another kind",
    )


def add_wild_options(parser: argparse.ArgumentParser) -> None:
    """--wild, and what says which of its photos, sources and rows of the table are meant."""
    group = add_set_options(
        parser, "--wild", "measure on photos from elsewhere instead (with --trust or --report, too)"
    )
    group.add_argument(
        "--by", metavar="COLUMN", help="the column with the sources (default: source or repository, if there is one)"
    )
    group.add_argument(
        "--sources",
        type=_at_least_0,
        metavar="N",
        help=f"print so many sources (default: {SOURCES_SHOWN}); JSON has all",
    )


def add_set_options(parser: argparse.ArgumentParser, option: str, purpose: str) -> "argparse._ArgumentGroup":
    """Add an option that names photos from elsewhere, and those that say which of its rows and files are meant."""
    group = parser.add_argument_group("photos from elsewhere")
    group.add_argument(
        option,
        type=Path,
        metavar="DIR|CSV",
        help=f"{purpose}: a table with the columns file, kind (“known”, or a word for what is none of the classes), "
        "class_ids or class (several with | between them), a folder with such a table in it, or a folder of folders "
        "named as the classes, others being strangers",
    )
    group.add_argument(
        "--root", type=Path, metavar="DIR", help="where the table's files are (default: in the table's own folder)"
    )
    group.add_argument(
        "--only",
        type=_column_value,
        action="append",
        default=[],
        metavar="COLUMN=VALUE",
        help="only the table's rows with this value; give it again for another column",
    )
    return group


def wild_set_of(args: argparse.Namespace, classes: "Sequence[LabelClass]") -> "PhotoSet | None":
    """The photos from elsewhere that the options name, None without --wild; those left out are listed on stderr.

    Raises:
        SettingError: options that need --wild, or do not go with it. DatasetError: see `read_photo_set`.
    """
    _check_without_set(args, "--wild", {"--by": args.by, "--sources": args.sources})
    if args.wild and args.tta:
        raise SettingError("--wild measures photos as they are. Leave --tta out, or measure in two commands.")
    return _read_set(args, args.wild, classes, by=args.by)


def elsewhere_set_of(args: argparse.Namespace, classes: "Sequence[LabelClass]") -> "PhotoSet | None":
    """As `wild_set_of`, for --elsewhere."""
    _check_without_set(args, "--elsewhere", {})
    return _read_set(args, args.elsewhere, classes)


def _check_without_set(args: argparse.Namespace, option: str, more: Mapping[str, object]) -> None:
    named = {"--root": args.root, "--only": args.only, **more}
    without = [name for name, value in named.items() if value not in (None, [])]
    if without and getattr(args, option[2:]) is None:
        raise SettingError(f"{without[0]} is for photos from elsewhere. Name them, too: {option} DIR|CSV.")


def _read_set(
    args: argparse.Namespace, place: Path | None, classes: "Sequence[LabelClass]", *, by: str | None = None
) -> "PhotoSet | None":
    if place is None:
        return None
    from classifier.data.elsewhere.photo_set import read_photo_set

    found = read_photo_set(place, classes, root=args.root, only=dict(args.only), by=by)
    list_left_out(found.left_out)
    return found


def _column_value(text: str) -> tuple[str, str]:
    column, equals, value = text.partition("=")
    if not equals or not column.strip():
        raise argparse.ArgumentTypeError(f"a column and a value such as part=aside; got “{text}”")
    return column.strip(), value.strip()


def unknown_files(folders: Sequence[Path]) -> dict[str, list[Path]]:
    """What the pictures of each folder show, by its name ("other-plants" → "other plants"), and its files.

    Raises:
        UnreadableFile: a folder holds no file. SettingError: two have the same name.
    """
    found: dict[str, list[Path]] = {}
    for folder in folders:
        name = folder.resolve().name.replace("-", " ") or "other pictures"
        if name in found:
            raise SettingError(
                f"Two folders of unknown pictures are called “{name}”; --unknown tells kinds apart by name."
            )
        found[name] = files_in(folder)
    return found


def add_data_options(parser: argparse.ArgumentParser) -> None:
    """--data, --split and --batch-size, as `compare` has them too."""
    parser.add_argument(
        "--data", metavar="DIR|flowers102", help="the photos (default: those that the checkpoint was trained on)"
    )
    parser.add_argument(
        "--split",
        default="test",
        help="train, valid or test (default: test), of another split than the checkpoint's by its name: official-test",
    )
    parser.add_argument(
        "--batch-size",
        type=_at_least_1,
        metavar="N",
        help="photos a pass of the network (default: 1, on a graphics card 16)",
    )


def _at_least_0(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError(f"a whole number, at least 0; got “{text}”")
    return int(text)


def _at_least_1(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"a whole number, at least 1; got “{text}”")
    return int(text)
