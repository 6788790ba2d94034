"""HTML pages that open without a network: a report with words, tables, figures and small photos; a training's curves.

The words and the layout are in `templates/`, where Jinja2 escapes whatever is put in: names of classes and folders may
hold anything. Only what Plotly wrote is marked there as safe.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import plotly.graph_objects as go
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from PIL import Image
from plotly.offline import get_plotlyjs

from classifier.checkpoint import TrainingInfo
from classifier.errors import PhotoError
from classifier.outputs.kinds import generator_mark
from classifier.outputs.names import escape
from classifier.photos.limits import DEFAULT_LIMITS, ImageLimits
from classifier.photos.reading import open_image
from classifier.photos.thumbnails import data_url
from classifier.reports import figures, numbers, verdict_figures, words
from classifier.reports.history import describe_curves, history_of
from classifier.reports.report import Report
from classifier.reports.trust.words import WILD_TITLE, describe_targets, describe_wild

# Side of the embedded photos in pixels, and how many each part of the page shows.
THUMBNAIL_PX, MOST_PAIRS, MOST_EXAMPLES = 168, 12, 18

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    autoescape=True,
    undefined=StrictUndefined,  # a name that is misspelt in a template is an error, not an empty text
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.filters |= {
    "percent": numbers.percent,
    "hundred_range": numbers.hundred_range,
    "how_often": numbers.how_often,
    "describe_curves": describe_curves,
    "describe_targets": describe_targets,
    "describe_wild": describe_wild,
}


def create_page(report: Report, *, path_of: Callable[[int], Path | None], limits: ImageLimits = DEFAULT_LIMITS) -> str:
    """Report as one HTML file.

    Args:
        report: of the evaluation.
        path_of: image id → where the photo is, or None; an empty frame then stands in its place.
        limits: of the photos that are read.

    Returns:
        The HTML, some 5 MB, most of them Plotly's script.
    """
    data = report.data
    return _TEMPLATES.get_template("report.html").render(
        generator=generator_mark("report"),
        title=escape(
            f"{report.checkpoint['name']} on {data['name'] or 'photos'}, {data['split_name']} {data['split']}"
        ),
        plotly=get_plotlyjs(),
        report=report,
        names={label.class_id: label.name for label in report.classes},
        figures=_report_figures(report),
        words=words,
        wild_title=WILD_TITLE,
        thumbnail=cache(lambda image_id: thumbnail(path_of(image_id), limits)),  # a photo may stand in several parts
        weakest_first=sorted(report.per_class, key=lambda each: (each.f1 is None, each.f1 or 0, each.class_id)),
        most_pairs=MOST_PAIRS,
        most_examples=MOST_EXAMPLES,
    )


def create_curves_page(training: TrainingInfo, *, title: str) -> str:
    """Curves of a training as one HTML file."""
    return _TEMPLATES.get_template("curves.html").render(
        generator=generator_mark("curves"),
        title=escape(title),
        plotly=get_plotlyjs(),
        words=describe_curves(training),
        figures=_curve_figures(training),
    )


def thumbnail(path: Path | None, limits: ImageLimits = DEFAULT_LIMITS) -> str | None:
    """Small copy of a photo as a data URL; None when it is not on this machine or cannot be read."""
    if path is None:
        return None
    try:
        image = open_image(path, limits=limits, draft_px=THUMBNAIL_PX)
    except PhotoError:
        return None
    image.thumbnail((2 * THUMBNAIL_PX, THUMBNAIL_PX), Image.Resampling.LANCZOS)
    return data_url(image, "WEBP", quality=70)


def _report_figures(report: Report) -> dict[str, str]:
    """The figures that a report has something to show in, by name, as HTML."""
    found = {"reliability": _figure_html(figures.draw_reliability(report), height=420)}
    if history_of(report.training).rows:
        found |= _curve_figures(report.training)
    if labels := figures.classes_with_errors(report):
        found["matrix"] = _figure_html(figures.draw_matrix(report, labels), height=760)
    if verdicts := report.verdicts:
        height = verdict_figures.verdicts_height(verdicts)
        found["verdicts"] = _figure_html(verdict_figures.draw_verdicts(report, verdicts), height=height)
        found["list_sizes"] = _figure_html(verdict_figures.draw_list_sizes(report, verdicts), height=340)
        if verdicts.unknown:
            found["familiarity"] = _figure_html(verdict_figures.draw_familiarity(report, verdicts), height=340)
    return found


def _curve_figures(training: TrainingInfo) -> dict[str, str]:
    quantities = ("loss", "top1")
    return {name: _figure_html(figures.draw_training_curves(training, name), height=320) for name in quantities}


def _figure_html(figure: go.Figure, *, height: int) -> str:
    """A figure in the page's colours, `height` pixels tall, as HTML for a page that holds Plotly's script."""
    figure.update_layout(
        template="plotly_white",
        height=height,
        margin={"l": 60, "r": 20, "t": 40, "b": 50},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        legend={"orientation": "h", "y": 1.12},
    )
    config = {"displaylogo": False, "responsive": True}
    return str(figure.to_html(full_html=False, include_plotlyjs=False, config=config))
