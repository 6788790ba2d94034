import pytest

from classifier.commands import train


@pytest.fixture(autouse=True)
def no_model_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trainings in these tests end without the model file, which takes seconds; one test writes it by itself."""
    monkeypatch.setattr(train, "write_model_file", lambda checkpoint: None)
