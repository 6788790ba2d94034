"""Parts of the page: each benchmark of `make bench`, where it is, and what its section says before the tables."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from benchmarks.report.records import Result


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
    """

    title: str
    module: str
    prose: str
    by_name: bool = False

    def find(self) -> Measure | None:
        """The function that measures it; None where the module is missing or has none."""
        try:
            there = find_spec(self.module) is not None
        except ModuleNotFoundError:  # a folder on the way is missing
            there = False
        return getattr(import_module(self.module), "measure", None) if there else None


PARTS: dict[str, Part] = {
    "api": Part(
        "The API beside a Gradio demo and the original app",
        "benchmarks.serving.api",
        """Each server runs as its users start it, all of them at once, and they take turns at being asked; every visitor sends the next
photo as soon as the answer is there. What asks runs on the same cores. The photos are drawn; “500 px” is 500 × 500 px, which gets one look.
A wide photo whose first look leaves doubt gets a second one, at the whole photo: the lines with “two looks” send photos of 667 × 500 px
that all do. The Gradio demo is `gr.Interface` with the same weights, in PyTorch as demos have them, or in the engine that the site uses;
it looks once, and gives five names without verdict, similar photos and track record. The original app’s path is VGG16 (here with random
weights, which cost the same), eager PyTorch, Pillow and torchvision’s transforms at 224 px, behind Flask.""",
    ),
    "click": Part(
        "A click beside the API",
        "benchmarks.click",
        "What the page’s Classify button costs, beside the API, which does the same without drawing.",
    ),
    "resources": Part(
        "Start-up, memory, disk",
        "benchmarks.serving.resources",
        """The same site from its two environments: the light set of `make serve` and the full one of `make app`. The time runs from the start of
the process to the first answer of the API. Memory is that of the process that answers (resident, libraries included), and the
proportional share of all processes of the site together.""",
    ),
    "install": Part(
        "Installing",
        "benchmarks.serving.install",
        "`make serve` without starting the site, into an empty folder: a virtual environment and the packages of the light set.",
        by_name=True,
    ),
    "weight": Part(
        "Page weight",
        "benchmarks.serving.weight",
        """What a real Chromium receives, headers included: at the first visit, and when it comes back. Compressed is what went over the wire;
“unpacked” is what it became. Scripts that the page fetches ahead while the visitor reads are counted.""",
    ),
    "engines": Part(
        "Engines",
        "benchmarks.inference.engines",
        """One pass of the network by each engine, on prepared pictures. PyTorch takes its turn after each pass of the other, so that both meet
the same machine: the ratio counts, with the middle half of the rounds in brackets.""",
    ),
    "growth": Part(
        "More classes, more training photos",
        "benchmarks.inference.growth",
        """After the pass of the network, an answer is compared with every training photo in the index: exactly, by one product of a matrix and a
vector for all of them. Here with random embeddings that lie around their class’s, in memory as the index keeps them (256 numbers of 4 bytes
for each photo). “Verdict” is all that the verdict is decided on, the cosines with all photos included; “neighbours” picks the most
similar ones, overall and for each of five classes, and looks for a copy.

The cost grows with the number of photos, hardly with that of classes. As long as the columns at the right are small beside a pass of
the network, the exact way is the simplest and needs nothing tuned. For a **million photos** one would use an approximate index instead:
HNSW ([hnswlib](https://github.com/nmslib/hnswlib)), or inverted lists with product quantisation
([faiss](https://github.com/facebookresearch/faiss)), which look at a small part of the rows and find nearly all of the nearest ones.
`Index.similarities` would then give the rows that were found with their cosines, and the verdict’s mean of the ten nearest and the
neighbours by class would read those; the covariances would be summed over blocks of photos, as the coordinates in double precision fill
the memory. Nothing of that is built: the data set has some thousand photos.""",
    ),
    "predict": Part(
        "Ways to compute the same",
        "benchmarks.predict",
        "Pairs within one prediction. The two of a pair take turns; the ratio is the first’s time by the second’s.",
    ),
}
