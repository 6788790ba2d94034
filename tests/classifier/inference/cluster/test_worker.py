import csv
import io
from pathlib import Path

import pytest

from classifier.__main__ import main
from classifier.files import file_digest
from classifier.inference.cluster.parts import Plan, make_plan
from classifier.inference.cluster.photos import list_photos
from classifier.inference.cluster.storage import Place
from classifier.inference.cluster.worker import Done, Job, Worker, to_parquet
from classifier.photos.limits import DEFAULT_LIMITS
from tests.classifier.inference.cluster.conftest import upload


def job_of(source: str, place: str, checkpoint: Path, *, form: str = "csv", tta: bool = False) -> Job:
    wanted = Plan((source,), file_digest(checkpoint) + ("+tta" if tta else ""), 2, form, 5)
    plan, _ = make_plan(Place.of(place), wanted, list_photos([source]))
    return Job(Place.of(place), plan, checkpoint, "torch", DEFAULT_LIMITS, tta)


def plain(source: Path, checkpoint: Path, *options: str) -> list[list[str]]:
    """Rows of the plain command."""
    file = source.with_name("plain.csv")
    file.unlink(missing_ok=True)
    main(["predict", str(source), "--csv", str(file), "--top-k", "2", "--checkpoint", str(checkpoint), *options])
    return rows_of(file.read_bytes())


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("options", [(), ("--tta",)])
def test_parts_of_a_folder_have_the_rows_of_the_plain_command(
    photos: Path, checkpoint: Path, tmp_path: Path, options: tuple[str, ...]
) -> None:
    job = job_of(str(photos), str(tmp_path / "answers"), checkpoint, tta=bool(options))
    worker = Worker(job)
    done = [worker.do(part) for part in range(3)]
    assert [(each.photos, each.failed, each.trouble) for each in done] == [(5, 1, ""), (5, 0, ""), (4, 1, "")]
    header, *rows = plain(photos, checkpoint, *options)
    parts = [rows_of(job.place.read(job.plan.file_of(part))) for part in range(3)]
    assert [part[0] for part in parts] == [header] * 3
    assert [row for part in parts for row in part[1:]] == rows


def test_parts_of_a_url_have_the_same_rows_under_their_urls(photos: Path, checkpoint: Path, bucket: str) -> None:
    upload(photos, f"{bucket}/photos")
    job = job_of(f"{bucket}/photos", f"{bucket}/answers", checkpoint)
    worker = Worker(job)
    assert sum(worker.do(part).photos for part in range(3)) == 14
    rows = [row for part in range(3) for row in rows_of(job.place.read(job.plan.file_of(part)))[1:]]
    expected = [
        [f"{bucket}/photos/{Path(name).relative_to(photos).as_posix()}", *row]
        for name, *row in plain(photos, checkpoint)[1:]
    ]
    assert rows == expected


def test_a_part_that_is_done_twice_is_the_same_file(photos: Path, checkpoint: Path, tmp_path: Path) -> None:
    job = job_of(str(photos), str(tmp_path / "answers"), checkpoint)
    Worker(job).do(0)
    first = job.place.read(job.plan.file_of(0))
    Worker(job).do(0)
    assert job.place.read(job.plan.file_of(0)) == first
    assert job.place.names() == {"plan", "plan.json", "part-000000.csv"}, "nothing else is left behind"


def test_where_the_storage_fails_no_part_is_written(
    photos: Path, checkpoint: Path, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fsspec.implementations.memory import MemoryFileSystem

    upload(photos, f"{bucket}/photos")
    job = job_of(f"{bucket}/photos", f"{bucket}/answers", checkpoint)
    worker, whole = Worker(job), MemoryFileSystem.cat_file

    def failing(self: MemoryFileSystem, path: str, *args: object, **options: object) -> bytes:
        if path.endswith("3 photo.jpg"):
            raise TimeoutError("the store does not answer")
        return whole(self, path, *args, **options)

    monkeypatch.setattr(MemoryFileSystem, "cat_file", failing)
    assert worker.do(0) == Done(0, trouble="TimeoutError: the store does not answer")
    assert job.plan.file_of(0) not in job.place.names()
    monkeypatch.undo()
    assert worker.do(0).photos == 5


def test_a_place_that_cannot_be_written_is_a_trouble_in_a_sentence(
    photos: Path, checkpoint: Path, tmp_path: Path
) -> None:
    job = job_of(str(photos), str(tmp_path / "answers"), checkpoint)
    (tmp_path / "answers" / "part-000001.csv").mkdir()
    assert "cannot be written" in Worker(job).do(1).trouble


def test_parquet_has_numbers_and_nulls() -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="needs pyarrow: pip install -r requirements-cluster.txt")
    columns = ["photo", "error", "class_id_1", "name_1", "probability_1"]
    rows = [["caf\udce8\n.jpg", "", 7, "=rose", "0.250000"], ["b.jpg", "not_an_image", "", "", ""]]
    table = parquet.read_table(io.BytesIO(to_parquet(columns, rows)))
    assert [str(field.type) for field in table.schema] == ["string", "string", "int32", "string", "double"]
    assert table.to_pylist() == [
        {"photo": r"caf\xe8\n.jpg", "error": None, "class_id_1": 7, "name_1": "=rose", "probability_1": 0.25},
        {"photo": "b.jpg", "error": "not_an_image", "class_id_1": None, "name_1": None, "probability_1": None},
    ]
