"""The index of training photos, on made-up embeddings and drawn photos."""

import dataclasses
import io
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from classifier.checkpoint import weights_digest
from classifier.errors import CheckpointError
from classifier.photos.hashing import crop_hash, difference_hash
from classifier.predictions.neighbours import (
    DUPLICATE_BITS,
    DUPLICATE_SIMILARITY,
    MOST_COMPONENTS,
    Index,
    build_index,
    load_index,
    save_index,
)
from tests.making.kinds import KINDS, photo_like

HEAD = (5, 400)


def make_index(n: int = 50, size: int = 400, *, seed: int = 1) -> tuple[Index, np.ndarray]:
    chance = np.random.default_rng(seed)
    embeddings = (chance.normal(size=(n, 20)) @ chance.normal(size=(20, size))).astype(np.float32)
    hashes = chance.integers(0, 256, (n, 32), dtype=np.uint8)
    index = build_index(
        embeddings,
        image_ids=range(100, 100 + n),
        positions=[i % 5 for i in range(n)],
        hashes=hashes,
        weights_digest="ab",
    )
    return index, embeddings


def picture(seed: int) -> Image.Image:
    """Soft blobs, as photos have; another picture for another seed."""
    values = np.random.default_rng(seed).integers(0, 256, (9, 9, 3), dtype=np.uint8)
    return Image.fromarray(values).resize((256, 256), Image.Resampling.BICUBIC)


def as_crop(image: Image.Image) -> np.ndarray:
    return np.asarray(image, dtype=np.float32).transpose(2, 0, 1) / 127.5 - 1


def test_similarities_are_cosines():
    index, embeddings = make_index()
    scaled = embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True)
    assert np.allclose(index.similarities(embeddings[:7]), scaled[:7] @ scaled.T, atol=1e-3)
    assert len(index.components) <= MOST_COMPONENTS


def test_what_lies_outside_the_training_photos_is_less_similar():
    index, embeddings = make_index()
    strange = np.random.default_rng(9).normal(size=embeddings.shape).astype(np.float32)
    assert np.linalg.norm(index.project(strange), axis=1).max() < 1 - 1e-3
    assert index.similarities(strange).max() < 0.7


def test_an_embedding_of_zeros_is_like_nothing():
    index, embeddings = make_index()
    assert np.abs(index.similarities(np.zeros_like(embeddings[:1]))).max() == 0


def test_it_is_read_as_it_was_written(tmp_path: Path):
    index, embeddings = make_index()
    path = tmp_path / "x.index.safetensors"
    save_index(path, index)
    again = load_index(path, weights_digest="ab", head_shape=HEAD)
    assert np.array_equal(again.image_ids, index.image_ids)
    assert np.array_equal(again.hashes, index.hashes)
    assert np.allclose(again.similarities(embeddings), index.similarities(embeddings), atol=5e-3)


def test_an_index_of_other_weights_is_refused(tmp_path: Path):
    save_index(tmp_path / "x", make_index()[0])
    with pytest.raises(CheckpointError, match=r"ab.*cd.*python -m classifier index"):
        load_index(tmp_path / "x", weights_digest="cd", head_shape=HEAD)


@pytest.mark.parametrize("content", [None, b"", b"hello", b"\x02\0\0\0\0\0\0\0{}"])
def test_what_is_no_index_is_refused(tmp_path: Path, content: bytes | None):
    if content is not None:
        (tmp_path / "x").write_bytes(content)
    with pytest.raises(CheckpointError, match="python -m classifier index"):
        load_index(tmp_path / "x", weights_digest="ab", head_shape=HEAD)


PER_PHOTO = ("coordinates", "image_ids", "positions", "hashes")


@pytest.mark.parametrize(
    "changes",
    [
        {"coordinates": lambda index: index.coordinates[:10]},
        {"coordinates": lambda index: index.coordinates[:, :3]},
        {"coordinates": lambda index: index.coordinates[0]},
        {"coordinates": lambda index: np.full_like(index.coordinates, np.nan)},
        {"components": lambda index: index.components[:, :7]},
        {"positions": lambda index: index.positions + 1},
        {"positions": lambda index: index.positions - 1},
        {"positions": lambda index: index.positions[:10]},
        {"hashes": lambda index: index.hashes[:, :3].copy()},
        {"hashes": lambda index: index.hashes.astype(np.float32)},
        {name: lambda index, name=name: getattr(index, name)[:0] for name in PER_PHOTO},
    ],
)
def test_an_index_whose_arrays_do_not_fit_is_refused(tmp_path: Path, changes: dict):
    index = make_index()[0]
    damaged = dataclasses.replace(index, **{name: change(index) for name, change in changes.items()})
    save_index(tmp_path / "x", damaged)
    with pytest.raises(CheckpointError, match=r"is damaged: its arrays do not fit.*python -m classifier index"):
        load_index(tmp_path / "x", weights_digest="ab", head_shape=HEAD)


def test_an_index_that_may_not_be_read_is_not_called_damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    save_index(tmp_path / "x", make_index()[0])
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # the tests may run as root, who may read everything
    with pytest.raises(CheckpointError, match=r"x cannot be read: permission denied\. Allow reading it"):
        load_index(tmp_path / "x", weights_digest="ab", head_shape=HEAD)


def changed(image: Image.Image, change: str) -> Image.Image:
    if change == "smaller":
        return image.resize((90, 90)).resize(image.size)
    if change == "darker":
        return image.point(lambda value: value * 0.7)
    if change == "mirrored":
        return image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=30)
    return Image.open(buffer).convert("RGB")


@pytest.mark.parametrize("change", ["smaller", "darker", "mirrored", "jpeg"])
def test_a_photo_that_was_saved_again_is_a_duplicate(change: str):
    originals = [picture(seed) for seed in range(50)]
    index, embeddings = make_index()
    hashes = np.stack([difference_hash(as_crop(image))[0] for image in originals])
    index = Index(index.coordinates, index.components, index.image_ids, index.positions, hashes, "ab")
    row = index.similarities(embeddings[7:8])[0]
    assert index.duplicate(row, crop_hash(as_crop(changed(originals[7], change)))) == 7
    assert index.duplicate(row, crop_hash(as_crop(picture(1000)))) is None
    unlike = np.full_like(row, DUPLICATE_SIMILARITY - 0.01)
    assert index.duplicate(unlike, crop_hash(as_crop(originals[7]))) is None


def index_of(pictures: list[Image.Image]) -> Index:
    index, _ = make_index(len(pictures))
    return dataclasses.replace(index, hashes=np.stack([difference_hash(as_crop(image))[0] for image in pictures]))


@pytest.mark.parametrize("kind", KINDS)
def test_no_photo_is_called_learnt_for_its_plain_ground_or_for_what_is_usual(kind: str):
    pictures = [KINDS[kind](number).resize((256, 256)) for number in range(60)]
    index, alike = index_of(pictures[:30]), np.ones(30, dtype=np.float32)
    found = [index.duplicate(alike, crop_hash(as_crop(image))) for image in pictures[30:]]
    assert sum(row is not None for row in found) <= 1


@pytest.mark.parametrize("change", ["smaller", "darker", "mirrored", "jpeg"])
def test_copies_of_textured_pictures_are_called_learnt(change: str):
    pictures = [photo_like(number).resize((256, 256)) for number in range(30)]
    index, alike = index_of(pictures), np.ones(30, dtype=np.float32)
    found = [index.duplicate(alike, crop_hash(as_crop(changed(image, change)))) for image in pictures]
    assert found == list(range(30))


@pytest.mark.parametrize("picture", [Image.new("RGB", (256, 256), "white"), KINDS["x-rays"](1), KINDS["things"](1)])
def test_what_is_too_plain_is_not_said_to_be_learnt_even_if_it_was(picture: Image.Image):
    index = index_of([picture] * 2)
    assert index.nearest_hash(crop_hash(as_crop(picture))) is None


def test_no_training_photo_is_the_nearest_of_none():
    index = index_of([photo_like(1)])
    assert index.nearest_hash(crop_hash(as_crop(photo_like(1))), np.array([], dtype=np.intp)) is None


def test_hashes_of_other_pictures_differ_and_flat_ones_do_not_crash():
    hashes = [difference_hash(as_crop(picture(seed)))[0] for seed in range(20)]
    for number, one in enumerate(hashes):
        for other in hashes[:number]:
            assert np.bitwise_count(one ^ other).sum() > DUPLICATE_BITS
    assert difference_hash(as_crop(Image.new("RGB", (40, 40)))).shape == (2, 32)


def test_the_digest_is_of_the_weights():
    import torch

    one = {"a": torch.ones(2), "b": torch.zeros(3)}
    assert weights_digest(one) == weights_digest(dict(reversed(one.items())))
    assert weights_digest(one) != weights_digest({**one, "b": torch.full((3,), 1e-6)})


def test_mahalanobis_distances_grow_away_from_the_classes():
    index, embeddings = make_index()
    projected = index.project(embeddings)
    to_classes, to_all = index.distances(projected)
    assert to_classes.shape == (50, 5)
    assert to_all.shape == (50,)
    assert np.isfinite(to_classes).all()
    far, _ = index.distances(projected * 3)
    assert far.min() > to_classes.min()


def test_what_is_computed_once_is_what_its_definition_says():
    index, embeddings = make_index()
    index = dataclasses.replace(index, positions=np.where(index.positions == 2, 4, index.positions))
    assert index.is_absent.tolist() == [False, False, True, False, False]
    assert index.class_directions[2].tolist() == [0] * index.coordinates.shape[1]
    assert np.linalg.norm(np.delete(index.class_directions, 2, axis=0), axis=1) == pytest.approx(np.ones(4), abs=1e-6)
    projected = index.project(embeddings[:3])
    to_classes, to_all = index.distances(projected)
    within, overall = index.whitening
    for photo, coordinates in enumerate(projected):
        naive = [float((((coordinates - mean) @ within) ** 2).sum()) for mean in index.class_means]
        assert to_classes[photo] == pytest.approx(naive, rel=1e-2, abs=1e-2)
        away = (coordinates - index.coordinates.mean(axis=0)) @ overall
        assert to_all[photo] == pytest.approx(float((away**2).sum()), rel=1e-2)
