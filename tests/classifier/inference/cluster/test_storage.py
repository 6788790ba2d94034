from pathlib import Path

import pytest

from classifier.errors import OutputError, SettingError
from classifier.inference.cluster.storage import Place, check_apart, check_url, is_url


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("s3://bucket/photos", True),
        ("GS://bucket", True),
        ("zip::s3://bucket/a.zip", True),
        ("photos", False),
        ("a::b.jpg", False),
        ("C:/photos", False),
        ("/photos/odd://name", False),
        ("", False),
    ],
)
def test_urls_are_told_from_paths(address: str, expected: bool) -> None:
    assert is_url(address) is expected


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://example.org/photos", "web address"),
        ("zip::s3://bucket/a.zip", "chains several"),
        ("sdr://bucket", "no known file system"),
        ("s3://", "names no bucket"),
        ("s3:///", "names no bucket"),
        ("file:///photos", "Name it without file://"),
        ("s3://key:secret@bucket/photos", "AWS_ACCESS_KEY_ID"),
    ],
)
def test_urls_that_cannot_be_used_are_refused_in_a_sentence(url: str, words: str) -> None:
    pytest.importorskip("fsspec")
    with pytest.raises(SettingError, match=words) as raised:
        check_url(url)
    assert "secret" not in str(raised.value)
    assert str(raised.value).endswith(".")


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    fsspec = pytest.importorskip("fsspec")

    def missing(scheme: str) -> None:
        raise ImportError(scheme)

    monkeypatch.setattr(fsspec, "filesystem", missing)
    with pytest.raises(SettingError, match="pip install gcsfs"):
        Place.of("gs://bucket/answers").names()


def test_places_hold_whole_files_and_list_them(bucket: str, tmp_path: Path) -> None:
    for address in (bucket, str(tmp_path / "answers")):
        place = Place.of(f"{address}/")
        assert place.address == address
        assert place.names() == set()
        place.write("plan/0.json", b"old")
        place.write("plan/0.json", b"new")
        place.write("plan.json", b"")
        assert place.names() == {"plan", "plan.json"}
        assert place.names("plan") == {"0.json"}
        assert place.read("plan/0.json") == b"new"
        with pytest.raises(OutputError, match="cannot be read"):
            place.read("none")


def test_a_place_that_is_a_file_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot be listed"):
        Place.of(str(tmp_path / "file")).names()
    with pytest.raises(OutputError, match="cannot be written"):
        Place.of(str(tmp_path / "file")).write("plan.json", b"")


@pytest.mark.parametrize(
    ("place", "source"),
    [
        ("photos/answers", "photos"),
        ("photos", "photos/"),
        ("s3://b/photos/answers", "s3://b/photos/"),
        ("s3://b/a", "s3://b"),
    ],
)
def test_answers_do_not_go_among_the_photos(place: str, source: str) -> None:
    pytest.importorskip("fsspec")
    with pytest.raises(SettingError, match="Name another folder by --parts"):
        check_apart(Place.of(place), [source])


def test_answers_may_be_next_to_the_photos(tmp_path: Path) -> None:
    pytest.importorskip("fsspec")
    check_apart(Place.of("photos-answers"), ["photos", "s3://b/photos"])
    check_apart(Place.of("s3://b/photos-answers"), ["photos", "s3://b/photos"])
