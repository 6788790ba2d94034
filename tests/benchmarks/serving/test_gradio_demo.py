from benchmarks.serving.gradio_demo import confidences
from tests.making.fakes import COLOURS, FakeClassifier, draw_flower


def test_the_demo_gives_five_names_with_their_probabilities():
    found = confidences(FakeClassifier(), draw_flower(COLOURS[0]))
    assert len(found) == 5
    assert next(iter(found)) == "Sunflower"
    assert all(0 <= share <= 1 for share in found.values())
