import pytest

from classifier.errors import DatasetError
from classifier.inference.classifier import Classifier
from classifier.inference.embedding import embed
from classifier.photos.crops import whole_in_square
from classifier.photos.hashing import difference_hash
from tests.making.fakes import COLOURS, draw_flower
from tests.making.tiny import plant_checkpoint


@pytest.fixture(scope="module")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> Classifier:
    path, _ = plant_checkpoint(tmp_path_factory.mktemp("tiny"))
    return Classifier.load(path, device="cpu", plain=True)


def test_embeddings_are_those_of_a_forward_pass_whatever_the_batch(classifier: Classifier) -> None:
    pictures = [draw_flower(colour) for colour in COLOURS[:5]]
    steps: list[int] = []
    embedded = embed(classifier, zip(pictures, [0, 1, -1, 3, 4], strict=True), batch_size=2, step=steps.append)
    expected = classifier.forward(pictures)
    assert len(embedded) == 5
    assert embedded.logits == pytest.approx(expected.logits, abs=1e-3)
    assert embedded.embeddings == pytest.approx(expected.embeddings, abs=1e-3)
    assert embedded.positions.tolist() == [0, 1, -1, 3, 4]
    assert [row.tolist() for row in embedded.hashes] == [difference_hash(crop)[0].tolist() for crop in expected.crops]
    assert steps == [2, 4, 5]


def test_a_second_look_is_at_the_whole_of_wide_pictures(classifier: Classifier) -> None:
    wide, square = draw_flower(size=(320, 200)), draw_flower(size=(200, 200))
    embedded = embed(classifier, [(wide, 0), (square, 0)], second_looks=True)
    whole = classifier.forward([whole_in_square(wide, classifier.input_size)]).logits[0]
    assert embedded.merged is not None
    assert embedded.merged[0] == pytest.approx((embedded.logits[0] + whole) / 2, abs=1e-3)
    assert embedded.merged[1].tolist() == embedded.logits[1].tolist()
    assert embed(classifier, [(wide, 0)]).merged is None


def test_nothing_to_embed(classifier: Classifier) -> None:
    with pytest.raises(DatasetError, match="no photo to embed"):
        embed(classifier, [])
