import pytest

from classifier.training.loop.callbacks import as_good


@pytest.mark.parametrize(
    ("top1", "best", "n", "kept"),
    [(1.0, 1.0, 4, True), (0.75, 1.0, 4, False), (0.966, 0.977, 88, True), (0.955, 0.977, 88, False),
     (0.989, 0.995, 818, False), (0.9927, 0.995, 818, True), (87 / 88, 1.0, 88, False), (0.99, 0.995, 200, True)],
)  # fmt: skip
def test_an_epoch_is_kept_while_only_chance_tells_it_from_the_best(
    top1: float, best: float, n: int, kept: bool
) -> None:
    assert as_good(top1, best, n=n) == kept
