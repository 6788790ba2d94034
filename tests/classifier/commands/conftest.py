import pytest

from classifier.commands import calibrate, train


@pytest.fixture(autouse=True)
def no_model_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands in these tests end without the model file, which takes seconds; some write it all the same."""
    for command in (train, calibrate):
        monkeypatch.setattr(command, "write_model_file", lambda checkpoint, *, option: None)
