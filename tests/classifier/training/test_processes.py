import pytest

from classifier.training.processes import is_first_process, local_world_size, world_size


def test_a_process_on_its_own_is_the_first_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RANK", "WORLD_SIZE", "LOCAL_WORLD_SIZE"):
        monkeypatch.delenv(name, raising=False)
    assert (is_first_process(), world_size(), local_world_size()) == (True, 1, 1)


def test_torchrun_says_which_of_how_many_a_process_is(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"RANK": "3", "WORLD_SIZE": "8", "LOCAL_WORLD_SIZE": "4"}.items():
        monkeypatch.setenv(name, value)
    assert (is_first_process(), world_size(), local_world_size()) == (False, 8, 4)
