from pathlib import Path

import pytest

from classifier.errors import PhotoError, SettingError, TooManyBytes, UnreadableFile
from classifier.inference.cluster.photos import Photo, list_photos, reader
from classifier.photos.finding import find_photos
from classifier.photos.limits import DEFAULT_LIMITS, ImageLimits
from tests.classifier.inference.cluster.conftest import upload


def test_a_folder_has_the_photos_of_the_plain_command(photos: Path) -> None:
    assert [photo.name for photo in list_photos([str(photos)])] == [str(path) for path in find_photos([photos])]


def test_a_url_has_the_same_photos_in_the_same_order(photos: Path, bucket: str) -> None:
    (photos / "class 0.jpg").write_bytes(b"next to a folder of nearly this name")
    upload(photos, bucket)
    expected = [f"{bucket}/{path.relative_to(photos).as_posix()}" for path in find_photos([photos])]
    found = list(list_photos([f"{bucket}/"]))
    assert [photo.name for photo in found] == expected
    assert [photo.size for photo in found] == [path.stat().st_size for path in find_photos([photos])]
    assert list(list_photos([found[0].name, found[-1].name])) == [found[0], found[-1]], "named one by one"


@pytest.mark.parametrize(
    ("source", "error"),
    [("memory://nothing-here", UnreadableFile), ("https://example.org/", SettingError), ("s3://", SettingError)],
)
def test_sources_without_photos_are_refused_in_a_sentence(source: str, error: type[Exception]) -> None:
    pytest.importorskip("fsspec")
    with pytest.raises(error, match=r"\.$"):
        list(list_photos([source]))


def test_bytes_are_read_no_more_of_than_allowed(bucket: str) -> None:
    import fsspec

    fsspec.filesystem("memory").pipe_file(f"{bucket}/a.jpg", b"\xff\xd8\xff" + bytes(5000))
    (photo,) = list_photos([bucket])
    assert reader(DEFAULT_LIMITS)(photo) == b"\xff\xd8\xff" + bytes(5000)
    with pytest.raises(TooManyBytes):
        reader(ImageLimits(max_bytes=5000))(photo)


def test_what_is_gone_is_the_photos_error_and_what_fails_is_not(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from fsspec.implementations.memory import MemoryFileSystem

    gone = Photo(f"{bucket}/gone.jpg", 10)
    with pytest.raises(UnreadableFile, match="no such object"):
        reader(DEFAULT_LIMITS)(gone)

    def slow(*_: object, **__: object) -> bytes:
        raise TimeoutError("SlowDown: reduce your request rate")

    monkeypatch.setattr(MemoryFileSystem, "cat_file", slow)
    with pytest.raises(TimeoutError) as raised:
        reader(DEFAULT_LIMITS)(gone)
    assert not isinstance(raised.value, PhotoError), "the next run may read it"
