"""Alignment of small copies: known cuts are found again, and what is left tells copies from others."""

import numpy as np
import pytest
from PIL import Image

from classifier.photos.twins.alignment import BLOCK, SIDE, align, most_in_a_block, smooth
from tests.making.kinds import photo_like


def small(image: Image.Image) -> np.ndarray:
    return np.asarray(image.resize((SIDE, SIDE), Image.Resampling.BILINEAR), dtype=np.uint8)[None]


@pytest.mark.parametrize("edges", [(0, 0, 0, 0), (0.05, 0, 0, 0), (0.03, 0.03, 0.03, 0.03), (0, 0.06, 0.02, 0)])
def test_a_cut_is_measured_both_ways(edges: tuple[float, float, float, float]) -> None:
    left, right, top, bottom = edges
    whole = photo_like(1)
    width, height = whole.size
    part = whole.crop((int(left * width), int(top * height), int((1 - right) * width), int((1 - bottom) * height)))
    found = align(small(part), small(whole))
    assert np.allclose(found.cut[0], edges, atol=0.006)
    assert found.residue[0] < 0.4
    assert found.colour_residue[0] < 0.02
    back = align(small(whole), small(part))
    assert (back.cut[0] < 0.006).all()
    assert np.allclose(-back.cut[0], edges, atol=0.012)


def test_other_pictures_leave_much() -> None:
    first, second = (np.concatenate([small(photo_like(seed + number)) for number in range(30)]) for seed in (0, 100))
    assert align(first, second).residue.min() > 1


@pytest.mark.parametrize("colour", ["white", "black", (120, 121, 122)])
def test_flat_pictures_need_no_solution(colour: str | tuple[int, int, int]) -> None:
    flat = small(Image.new("RGB", (60, 40), colour))
    found = align(flat, flat)
    assert np.isfinite(found.cut).all()
    assert found.residue[0] < 1e-3
    assert align(flat, small(photo_like(1))).residue[0] > 0.65


def test_the_worst_block_counts() -> None:
    first = small(photo_like(1))
    second = first.copy()
    second[0, :BLOCK, :BLOCK] = 255 - second[0, :BLOCK, :BLOCK]
    levels, residues, offsets = most_in_a_block(first.astype(np.float32), second.astype(np.float32))
    assert levels[0] > 5 * np.sqrt(residues[0])
    assert residues[0] < 0.1
    brighter = np.clip(first, 0, 200).astype(np.float32)
    levels, residues, offsets = most_in_a_block(brighter, brighter * 1.1 + 5)
    assert levels[0] < 0.01
    assert 5 < offsets[0] < 30


def test_smoothing_keeps_what_is_flat_and_the_mean_of_what_is_not() -> None:
    picture = small(photo_like(2))
    assert np.allclose(smooth(np.full_like(picture, 7)), 7)
    assert abs(smooth(picture).mean() - picture.mean()) < 2
    assert smooth(picture).std() < picture.std()
