import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import classifier
from classifier import errors


def tree(base: type[errors.ClassifierError]) -> Iterator[type[errors.ClassifierError]]:
    for child in base.__subclasses__():
        yield child
        yield from tree(child)


def test_codes_are_stable_words_and_unique() -> None:
    codes = [error.code for error in tree(errors.ClassifierError)]
    assert len(codes) == len(set(codes))
    assert all(re.fullmatch("[a-z]+(_[a-z]+)*", code) for code in codes)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.NotAnImage, "not_an_image"),
        (errors.UnsupportedFormat, "unsupported_format"),
        (errors.TruncatedImage, "truncated_image"),
        (errors.TooManyBytes, "too_many_bytes"),
        (errors.TooManyPixels, "too_many_pixels"),
        (errors.TooSmall, "too_small"),
        (errors.UnreadableFile, "unreadable_file"),
    ],
)
def test_refused_photos_are_photo_errors(error: type[errors.PhotoError], code: str) -> None:
    assert issubclass(error, errors.PhotoError)
    assert error.code == code


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.CheckpointError, "bad_checkpoint"),
        (errors.DatasetError, "bad_dataset"),
        (errors.DownloadError, "download_failed"),
        (errors.BackboneError, "unknown_backbone"),
        (errors.SettingError, "bad_setting"),
        (errors.OutputError, "output_refused"),
        (errors.ClusterError, "cluster_failed"),
    ],
)
def test_other_errors_are_not_the_photos_fault(error: type[errors.ClassifierError], code: str) -> None:
    assert not issubclass(error, errors.PhotoError)
    assert error.code == code


def test_every_error_can_be_imported_from_the_package() -> None:
    # Other packages, the site's included, have errors of their own below these.
    every = (errors.ClassifierError, *tree(errors.ClassifierError))
    names = {error.__name__ for error in every if error.__module__.startswith("classifier")}
    assert names <= set(classifier.__all__)
    assert all(getattr(classifier, name) is getattr(errors, name) for name in names)


def test_importing_the_package_loads_neither_pytorch_nor_pillow() -> None:
    code = "import sys, classifier; print([name for name in ('torch', 'numpy', 'PIL') if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2]
    )
    assert done.stdout == "[]\n"


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Klassifier'"):
        _ = classifier.Klassifier
