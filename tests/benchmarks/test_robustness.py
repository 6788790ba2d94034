import numpy as np
import pytest

from benchmarks.robustness import DAMAGES
from tests.making.fakes import draw_flower


@pytest.mark.parametrize("damage", DAMAGES)
def test_every_damage_changes_the_photo_and_leaves_a_photo(damage: str):
    photo = draw_flower()
    changed = DAMAGES[damage](photo.copy())
    assert changed.mode == "RGB"
    same = changed.size == photo.size and np.array_equal(np.asarray(changed), np.asarray(photo))
    assert same == (damage == "clean")
