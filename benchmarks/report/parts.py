"""Parts of the page: each benchmark of `make bench`, where it is, and what its section says before the tables."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from benchmarks.report.records import Result

PROSE = Path(__file__).with_name("prose")


@dataclass(frozen=True)
class Options:
    """What a benchmark measures, and how long.

    checkpoint: with its model file next to it.
    quick: a few rounds only, to see that it runs; its figures are not recorded.
    say: takes sentences about the progress.
    """

    checkpoint: Path
    quick: bool = False
    say: Callable[[str], None] = print

    def rounds(self, usual: int) -> int:
        """How often to repeat what is usually repeated so often; at least twice."""
        return 2 if self.quick else usual

    def seconds(self, usual: float) -> float:
        """How long to send requests."""
        return min(usual, 1.5) if self.quick else usual


Measure = Callable[[Options], Result]


@dataclass(frozen=True)
class Part:
    """Part of the page.

    title: of its section.
    module: that has `measure(options) -> Result`.
    prose: Markdown before the tables: what is compared with what, and how. No figures.
    by_name: whether it is left out unless it is asked for by its name.
    is_timed: whether other work on the machine changes its figures.
    """

    title: str
    module: str
    prose: str
    by_name: bool = False
    is_timed: bool = True

    def find(self) -> Measure | None:
        """The function that measures it; None where the module is missing or has none."""
        try:
            there = find_spec(self.module) is not None
        except ModuleNotFoundError:  # a folder on the way is missing
            there = False
        return getattr(import_module(self.module), "measure", None) if there else None


def read_prose(name: str) -> str:
    """The Markdown of `prose/NAME.md`."""
    return (PROSE / f"{name}.md").read_text(encoding="utf-8").strip()


PARTS: dict[str, Part] = {
    "api": Part("The API beside a Gradio demo and the original app", "benchmarks.serving.api", read_prose("api")),
    "click": Part("A click beside the API", "benchmarks.click_to_answer", read_prose("click")),
    "resources": Part("Start-up, memory, disk", "benchmarks.serving.resources", read_prose("resources")),
    "install": Part("Installing", "benchmarks.serving.install", read_prose("install"), by_name=True),
    "weight": Part("Page weight, and an answer on the screen", "benchmarks.serving.weight", read_prose("weight")),
    "engines": Part("Engines", "benchmarks.inference.engines", read_prose("engines")),
    "parity": Part("Answers of the engines", "benchmarks.parity", read_prose("parity"), by_name=True, is_timed=False),
    "folders": Part("Folders and big photos", "benchmarks.inference.folders", read_prose("folders")),
    "growth": Part("More classes, more training photos", "benchmarks.inference.growth", read_prose("growth")),
    "training": Part("Training", "benchmarks.training", read_prose("training"), by_name=True),
    "predict": Part("Ways to compute the same", "benchmarks.predict", read_prose("predict")),
}
