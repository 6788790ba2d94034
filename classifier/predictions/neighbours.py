"""Neighbours: an index of the training photos' embeddings, in a file next to the checkpoint, without any pixels.

The embeddings are scaled to length 1, so that a dot product is their cosine, and kept as their coordinates in the
subspace that holds nearly all of them (the leading right singular vectors). A photo's part outside that subspace has
no dot product with any training photo, so the cosines stay what they are; its size says how strange the photo is.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from classifier.errors import CheckpointError
from classifier.files import HEADER_KEY, save_tensors
from classifier.photos.hashing import CropHash

Floats = NDArray[np.float32]
MOST_COMPONENTS = 256
HASH_BYTES = 32
# Of 256 bits, 328 training photos saved again (half the size, quality 40, mirrored, cut by 5 %) changed at most 56, and
# of the clear bits 97 of 100 at most this part. docs/trust.md has the table.
DUPLICATE_SIMILARITY = 0.6
DUPLICATE_BITS, DUPLICATE_PART = 60, 0.17
# With less to tell it by than this, a picture has the hash of others of its kind, or nearly: shapes on white have 6 to
# 17 such bits, those of a chest X-ray change 27 times at most. Of 100 photos 99 have more.
LEAST_CLEAR_BITS, LEAST_CHANGES = 96, 30
# Soft pictures, and sheets of one layout, lie between: they must agree as whole copies do, and cuts of them do not.
MANY_CHANGES, SOFT_PART = 40, 0.05


@dataclass(frozen=True)
class Index:
    """Index of training photos, as the network sees them.

    Attributes:
        coordinates: (n, d), rows of length 1.
        components: (d, D), orthonormal rows, D as the embedding.
        image_ids: (n,), each photo's id.
        positions: (n,), the position of each photo's class in the logits.
        hashes: (n, 32) bytes, the difference hash of each photo's crop.
        weights_digest: `checkpoint.weights_digest` of the weights that made the embeddings.
    """

    coordinates: Floats
    components: Floats
    image_ids: NDArray[np.int64]
    positions: NDArray[np.int64]
    hashes: NDArray[np.uint8]
    weights_digest: str

    def project(self, embeddings: Floats) -> Floats:
        """(N, D) → (N, d): coordinates of the embeddings scaled to length 1; shorter than 1 by what is outside."""
        # A photo unlike all training photos has much of its embedding outside their subspace. Scaling before, and not
        # after, projecting keeps that visible as a length below 1: the signal “inside” of `verdicts`.
        lengths = np.linalg.norm(embeddings, axis=1, keepdims=True)
        projected: Floats = (embeddings / np.maximum(lengths, 1e-12)) @ self.components.T
        return projected

    def similarities(self, embeddings: Floats) -> Floats:
        """(N, D) → cosines (N, n) with every training photo."""
        # In this order, since NumPy's BLAS takes several times as long for a few rows by a large transposed matrix.
        found: Floats = (self.coordinates @ self.project(embeddings).T).T
        return np.ascontiguousarray(found)

    @cached_property
    def class_means(self) -> Floats:
        """(classes, d): the mean coordinates of each class; zeros for a class without a photo."""
        sums = np.zeros((int(self.positions.max(initial=0)) + 1, self.coordinates.shape[1]), dtype=np.float32)
        np.add.at(sums, self.positions, self.coordinates)
        counts = np.bincount(self.positions, minlength=len(sums))
        means: Floats = (sums / np.maximum(counts, 1)[:, None]).astype(np.float32)
        return means

    @cached_property
    def whitening(self) -> tuple[Floats, Floats]:
        """Two (d, d) matrices that make a spread 1 in all directions.

        The first does so for photos around their class's mean, the second for all photos around their common mean.
        """
        # One covariance for all classes: most have too few photos (27 at least) for one of their own in 256 dimensions.
        centred = self.coordinates - self.class_means[self.positions]
        return _whitening(centred), _whitening(self.coordinates - self.mean)

    @cached_property
    def mean(self) -> Floats:
        """(d,): the mean of the coordinates."""
        found: Floats = self.coordinates.mean(axis=0)
        return found

    @cached_property
    def whitened_means(self) -> Floats:
        """(classes, d): the mean of each class where the spread around it is 1."""
        found: Floats = self.class_means @ self.whitening[0]
        return found

    @cached_property
    def class_directions(self) -> Floats:
        """(classes, d): `class_means` scaled to length 1."""
        return unit(self.class_means)

    @cached_property
    def is_absent(self) -> NDArray[np.bool_]:
        """(classes,): which classes have no photo."""
        return np.bincount(self.positions, minlength=len(self.class_means)) == 0

    def distances(self, projected: Floats) -> tuple[Floats, Floats]:
        """Squared Mahalanobis distances to each class's mean and to the mean of all photos.

        Their difference is the relative distance (https://arxiv.org/abs/2106.09022).

        Args:
            projected: (N, d) coordinates.

        Returns:
            (N, classes) and (N,), at least 0.
        """
        within, overall = self.whitening
        # |a − b|² = |a|² + |b|² − 2ab: one matrix product instead of an (N, classes, d) array of differences.
        photos, means = projected @ within, self.whitened_means
        to_classes = (photos**2).sum(axis=1)[:, None] + (means**2).sum(axis=1) - 2 * photos @ means.T
        to_all = (((projected - self.mean) @ overall) ** 2).sum(axis=1)
        return np.maximum(to_classes, 0), to_all

    def duplicate(self, similarities: Floats, looked_up: CropHash) -> int | None:
        """Row of the training photo that a photo is or nearly is, or None; also if it is too plain to say.

        Args:
            similarities: (n,) of the photo with the training photos.
            looked_up: the photo's hash.
        """
        # The network first: comparing hashes of thousands of photos costs more than the few that it finds alike.
        near = np.flatnonzero(similarities >= DUPLICATE_SIMILARITY)
        found = self.nearest_hash(looked_up, near)
        return None if found is None else int(near[found])

    def nearest_hash(self, looked_up: CropHash, rows: NDArray[np.intp] | slice = slice(None)) -> int | None:
        """Position, among some rows, of the training photo whose hash is the nearest, or None if it is not near.

        None, too, if the hash has too little to tell photos by: only pixels could, and the index has none.
        """
        clear_bits = int(np.bitwise_count(looked_up.clear[0]).sum())
        known = self.hashes[rows]
        if not len(known) or clear_bits < LEAST_CLEAR_BITS or looked_up.changes < LEAST_CHANGES:
            return None
        apart = known[:, None, :] ^ looked_up.bits[None]
        bits = np.bitwise_count(apart).sum(axis=2, dtype=np.int64)
        clear = np.bitwise_count(apart & looked_up.clear[None]).sum(axis=2, dtype=np.int64)
        part = DUPLICATE_PART if looked_up.changes >= MANY_CHANGES else SOFT_PART
        near = (bits <= DUPLICATE_BITS) & (clear <= part * clear_bits)
        bits = np.where(near, bits, 257).min(axis=1)
        best = int(bits.argmin())
        return best if bits[best] <= DUPLICATE_BITS else None


def unit(rows: Floats) -> Floats:
    """(n, d), each row scaled to length 1; rows of zeros stay zeros."""
    scaled: Floats = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    return scaled


def _whitening(centred: Floats) -> Floats:
    """(n, d) with mean 0 → (d, d), a square root of the inverse covariance, made safe where there is no spread."""
    covariance = centred.T.astype(np.float64) @ centred / len(centred)
    values, vectors = np.linalg.eigh(covariance)
    # Directions in which the training photos do not differ would be blown up without a bound: a new photo that differs
    # there by rounding alone would look infinitely far.
    least = 1e-4 * values.sum() / len(values) + 1e-9
    whitening: Floats = (vectors / np.sqrt(np.maximum(values, 0) + least)).astype(np.float32)
    return whitening


def build_index(
    embeddings: Floats,
    *,
    image_ids: Sequence[int],
    positions: Sequence[int],
    hashes: NDArray[np.uint8],
    weights_digest: str,
) -> Index:
    """An index of (n, D) embeddings; keeps at most `MOST_COMPONENTS` dimensions, those that hold most of them."""
    scaled = embeddings / np.maximum(np.linalg.norm(embeddings, axis=1, keepdims=True), 1e-12)
    # The eigenvectors of the (D, D) second moment are the right singular vectors, for a fraction of an SVD's work.
    _, vectors = np.linalg.eigh(scaled.T.astype(np.float64) @ scaled)
    components = vectors[:, ::-1][:, :MOST_COMPONENTS].T.astype(np.float32)
    coordinates = scaled @ components.T
    coordinates /= np.maximum(np.linalg.norm(coordinates, axis=1, keepdims=True), 1e-12)
    return Index(
        coordinates.astype(np.float32),
        components,
        np.asarray(image_ids, dtype=np.int64),
        np.asarray(positions, dtype=np.int64),
        hashes,
        weights_digest,
    )


def index_path(checkpoint: Path) -> Path:
    """Where a checkpoint's index lies: flowers.safetensors → flowers.index.safetensors."""
    return checkpoint.with_name(f"{checkpoint.stem}.index.safetensors")


def save_index(path: Path, index: Index) -> None:
    """Write the index, atomically, coordinates in half precision.

    Raises:
        CheckpointError: the folder cannot be written.
    """
    arrays: dict[str, NDArray[Any]] = {
        "coordinates": index.coordinates.astype(np.float16),
        "components": index.components.astype(np.float16),
        "image_ids": index.image_ids.astype(np.int32),
        "positions": index.positions.astype(np.int32),
        "hashes": index.hashes,
    }
    save_tensors(path, arrays, {HEADER_KEY: json.dumps({"format": 1, "fingerprint": index.weights_digest})})


def load_index(path: Path, *, weights_digest: str, head_shape: tuple[int, ...]) -> Index:
    """Read an index and make sure that it belongs to the weights with this digest.

    Args:
        path: of the index.
        weights_digest: `checkpoint.weights_digest` of the weights.
        head_shape: (C, D), number of classes and length of the embedding.

    Raises:
        CheckpointError: no such file, damaged, or made with other weights.
    """
    remedy = "Make it with “python -m classifier index”."
    if not os.path.isfile(path):  # pathlib's own raises PermissionError where the folder may not be entered
        raise CheckpointError(f"There is no index of training photos at {path}. {remedy}")
    if not os.access(path, os.R_OK):
        raise CheckpointError(f"{path} cannot be read: permission denied. Allow reading it (chmod u+r).")
    try:
        with safe_open(path, framework="np") as file:
            header = json.loads((file.metadata() or {})[HEADER_KEY])
            index = Index(
                file.get_tensor("coordinates").astype(np.float32),
                file.get_tensor("components").astype(np.float32),
                file.get_tensor("image_ids").astype(np.int64),
                file.get_tensor("positions").astype(np.int64),
                file.get_tensor("hashes"),
                str(header["fingerprint"]),
            )
    except (SafetensorError, OSError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise CheckpointError(
            f"{path} is not an index of training photos, or is damaged ({error}). {remedy}"
        ) from error
    if index.weights_digest != weights_digest:
        raise CheckpointError(
            f"{path} was made with other weights (digest {index.weights_digest}) than the checkpoint's "
            f"({weights_digest}), so its photos cannot be compared. {remedy}"
        )
    if not _fits(index, head_shape):
        raise CheckpointError(f"{path} is damaged: its arrays do not fit each other or the checkpoint. {remedy}")
    return index


def _fits(index: Index, head_shape: tuple[int, ...]) -> bool:
    """Whether the arrays of an index have the shapes and values that a head (C, D) asks for."""
    (classes, size), n = head_shape, len(index.image_ids)
    shapes = (index.coordinates.shape, index.components.shape, index.positions.shape, index.hashes.shape)
    wanted = ((n, len(index.components)), (len(index.components), size), (n,), (n, HASH_BYTES))
    return bool(
        n
        and shapes == wanted
        and index.hashes.dtype == np.uint8
        and index.positions.min() >= 0
        and index.positions.max() < classes
        and np.isfinite(index.coordinates).all()
        and np.isfinite(index.components).all()
    )
