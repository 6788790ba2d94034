import json
import math

import pytest

from classifier.predictions.values import ActivationMap, Candidate
from web.answer.overlays import STRONGEST, create_overlay_maps, with_contrasts, with_maps

LEFT = ActivationMap(((1.0, -0.5), (1.0, -1.0)))
RIGHT = ActivationMap(((-2.0, 1.0), (-1.0, 1.0)))
CANDIDATES = tuple(Candidate(class_id, f"flower {class_id}", None, 0.3) for class_id in (1, 2, 3))


def test_maps_are_whole_numbers_on_one_scale_so_that_they_can_be_subtracted():
    sent = create_overlay_maps(CANDIDATES, {1: LEFT, 2: RIGHT})
    half, quarter = round(STRONGEST / 2), round(STRONGEST / 4)
    assert sent == {
        "best": "1",
        "maps": {
            "1": [[half, -quarter], [half, -half]],
            "2": [[-STRONGEST, half], [-half, half]],
        },
    }
    assert json.loads(json.dumps(sent)) == sent


def test_the_difference_of_two_maps_that_are_nearly_alike_still_has_steps():
    one, other = (ActivationMap(((10.0, 5.0 + step),)) for step in (0, 0.1))
    maps = create_overlay_maps(CANDIDATES, {1: one, 2: other})["maps"]
    assert maps["2"][0][1] - maps["1"][0][1] == pytest.approx(STRONGEST / 100, abs=1)


@pytest.mark.parametrize("values", [((0.0, 0.0),), ((math.nan, math.inf),), ((-math.inf, 0.0),), ((-0.0, math.nan),)])
def test_what_is_no_number_is_no_evidence(values):
    assert create_overlay_maps(CANDIDATES, {1: ActivationMap(values)})["maps"] == {"1": [[0, 0]]}


@pytest.mark.parametrize("size", [5e-324, 1e-300, 1e-4, 1e300, 1.7e308])
def test_maps_of_any_size_reach_from_end_to_end(size):
    maps = create_overlay_maps(CANDIDATES, {1: ActivationMap(((size, -size, 0.0),)), 2: ActivationMap(((math.nan,),))})
    assert maps["maps"] == {"1": [[STRONGEST, -STRONGEST, 0]], "2": [[0]]}


@pytest.mark.parametrize(
    ("known", "heat", "contrasts"),
    [((), [], []), ((1,), [1], []), ((2, 3), [2, 3], []), ((1, 3), [1, 3], [3]), ((1, 2, 3), [1, 2, 3], [2, 3])],
)
def test_only_what_has_a_map_is_shown(known, heat, contrasts):
    maps = dict.fromkeys((*known, 99), LEFT)
    assert [candidate.class_id for candidate in with_maps(CANDIDATES, maps)] == heat
    assert [candidate.class_id for candidate in with_contrasts(CANDIDATES, maps)] == contrasts
    assert list(create_overlay_maps(CANDIDATES, maps)["maps"]) == [str(class_id) for class_id in heat]
