"""A report as one HTML file that opens without a network: words, tables, Plotly pictures, and small photos if any."""

from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path

import plotly.graph_objects as go
from PIL import Image
from plotly.offline import get_plotlyjs

from classifier.errors import PhotoError
from classifier.photos.reading import open_image
from classifier.photos.thumbnails import data_url
from classifier.reports import figures as report_figures
from classifier.reports import verdict_figures as verdict_figures
from classifier.reports import words as verdict_words
from classifier.reports.history import describe_curves, history_of
from classifier.reports.report import ClassFigures, MeasuredPhoto, Report

# Side of the embedded photos in pixels, and how many each part of the page shows.
THUMBNAIL_PX, MOST_PAIRS, MOST_EXAMPLES = 168, 12, 18

STYLE = """
:root { color-scheme: light; --ink: #1f2b22; --soft: #55625a; --line: #e0dbcd; --leaf: #2f6a3b; }
body { margin: 0 auto; max-width: 1060px; padding: 24px 20px 80px; font: 16px/1.55 system-ui, sans-serif;
  color: var(--ink); background: #faf8f2; }
h1, h2 { font-family: Georgia, serif; line-height: 1.2; } h2 { margin-top: 56px; }
p, figcaption, li { color: var(--soft); max-width: 46rem; } a { color: var(--leaf); }
dl { display: flex; flex-wrap: wrap; gap: 12px 48px; margin: 24px 0; }
dl div { display: flex; flex-direction: column-reverse; }
dt { color: var(--soft); } dd { margin: 0; font: 600 1.9rem/1.2 Georgia, serif; }
.two { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 24px; }
.two > * { min-width: 0; }
.photos { display: grid; grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); gap: 16px;
  padding: 0; list-style: none; }
.photos figure { margin: 0; } .photos img, .none { width: 100%; aspect-ratio: 1; object-fit: cover; border-radius: 10px;
  background: #eaf2e6; display: block; } figcaption { font-size: 0.88rem; line-height: 1.35; margin-top: 6px; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 6px; }
.pairs { grid-template-columns: repeat(auto-fill, minmax(240px, 1fr)); }
.scroll { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 6px 18px 6px 0; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:first-child { text-align: left; font-weight: 500; } thead button { all: unset; cursor: pointer; font-weight: 600; }
thead button:hover, thead button:focus-visible { text-decoration: underline; }
"""

# Figures that were drawn when they had a row for themselves learn of what came beside them.
# Click a heading to sort by its column; the values to sort by stand in data-v.
SCRIPT = """
dispatchEvent(new Event('resize'));
for (const button of document.querySelectorAll('thead button')) button.onclick = () => {
  const body = button.closest('table').tBodies[0], place = button.closest('th').cellIndex;
  const down = button.dataset.down = button.dataset.down === '1' ? '' : '1';
  const value = row => row.cells[place].dataset.v, words = place === 0;
  const rows = [...body.rows].sort((a, b) => words ? value(a).localeCompare(value(b)) : value(a) - value(b));
  body.append(...(down && !words || !down && words ? rows.reverse() : rows));
};
"""


def thumbnail(path: Path | None) -> str | None:
    """A photo's small copy as a data URL; None when it is not here or cannot be read."""
    if path is None:
        return None
    try:
        image = open_image(path, draft_px=THUMBNAIL_PX)
    except PhotoError:
        return None
    image.thumbnail((2 * THUMBNAIL_PX, THUMBNAIL_PX), Image.Resampling.LANCZOS)
    return data_url(image, "WEBP", quality=70)


def create_page(report: Report, *, path_of: Callable[[int], Path | None]) -> str:
    """The HTML. path_of: image id → where the photo lies, or None; then an empty frame stands there."""
    page = _Page(report, path_of)
    data = report.data
    title = f"{report.checkpoint['name']} on {data['name'] or 'photos'}, {data['split_name']} {data['split']}"
    parts = [
        f"<h1>{escape(title)}</h1>",
        page.numbers(),
        page.curves(),
        "<h2>How sure, how right</h2><p>On the dashed line the model is right as often as it says it is; below "
        "it, it is too sure of itself. The bars are 95 % intervals.</p>",
        page.figure(report_figures.create_reliability(report), height=420),
        page.trust(),
        page.pairs(),
        page.matrix(),
        page.photos("Top losses", "Where the right class got the least probability.", report.top_losses),
        page.photos("Least sure", "Right or wrong, the answers with the lowest probability.", report.uncertain),
        page.photos("Most sure and right", "What the model knows best.", report.correct),
        page.table(report.per_class),
    ]
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style>'
        f"<script>{get_plotlyjs()}</script></head><body>{''.join(parts)}<script>{SCRIPT}</script></body></html>\n"
    )


class _Page:
    def __init__(self, report: Report, path_of: Callable[[int], Path | None]) -> None:
        self.report, self.path_of = report, path_of
        self.thumbnails: dict[int, str | None] = {}

    def name(self, class_id: int) -> str:
        return escape(self.report.labels[class_id].name)

    def numbers(self) -> str:
        summary, report = self.report.summary, self.report
        low, high = summary["top1_interval"]
        rows = {
            "photos": f"{summary['n']:,}",
            f"right at once (95 %: {_percent(low)} to {_percent(high)})": _percent(summary["top1"]),
            "among the first five": _percent(summary["top5"]),
            "mean of the classes": _percent(summary["mean_class"]),
            "negative log-likelihood (nats)": f"{summary['nll']:.3f}",
            "calibration error": _percent(summary["ece"]),
        }
        checkpoint = report.checkpoint
        return (
            f"<p>{escape(str(checkpoint['backbone']))}, {checkpoint['parameters'] / 1e6:.1f} million parameters, "
            f"{checkpoint['input_size']} px, {len(report.classes):,} classes; checkpoint {checkpoint['fingerprint']}, "
            f"measured {report.created}{', mean over several views of each photo' if report.tta else ''}.</p><dl>"
            + "".join(f"<div><dt>{words}</dt><dd>{figure}</dd></div>" for words, figure in rows.items())
            + "</dl>"
        )

    def figure(self, figure: go.Figure, *, height: int) -> str:
        figure.update_layout(
            template="plotly_white", height=height, margin={"l": 60, "r": 20, "t": 40, "b": 50},
            paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)", legend={"orientation": "h", "y": 1.12},
        )  # fmt: skip
        config = {"displaylogo": False, "responsive": True}
        return str(figure.to_html(full_html=False, include_plotlyjs=False, config=config))

    def curves(self) -> str:
        if not history_of(self.report.training).rows:
            return ""
        drawn = [
            self.figure(report_figures.create_training_curves(self.report, quantity), height=320)
            for quantity in ("loss", "top1")
        ]
        words = escape(describe_curves(self.report.training))
        return f'<h2>Training</h2><p>{words}</p><div class="two">{"".join(drawn)}</div>'

    def trust(self) -> str:
        report, trust = self.report, self.report.verdicts
        if trust is None:
            return ""
        items = "".join(f"<li>{escape(words)}</li>" for words in verdict_words.describe_groups(report, trust))
        bars = self.figure(
            verdict_figures.create_verdicts(report, trust), height=verdict_figures.verdicts_height(trust)
        )
        columns = [(verdict_figures.create_list_sizes(report, trust), verdict_words.describe_lists(report, trust))]
        if trust.unknown:
            figure = verdict_figures.create_familiarity(report, trust)
            columns.append((figure, verdict_words.describe_familiarity(report, trust)))
        drawn = "".join(
            f"<div>{self.figure(figure, height=340)}<p>{escape(words)}</p></div>" for figure, words in columns
        )
        return (
            f"<h2>{verdict_words.TITLE}</h2><p>{escape(verdict_words.describe_verdicts(report, trust))}</p>{bars}"
            f'<ul>{items}</ul><div class="two">{drawn}</div>'
        )

    def pairs(self) -> str:
        if not self.report.confusions:
            return "<h2>Confusions</h2><p>There are none: every answer is right.</p>"
        by_id = {answer.image_id: answer for answer in self.report.answers}
        items = []
        for pair in self.report.confusions[:MOST_PAIRS]:
            right = self.report.cells.get((pair.answer_id, pair.answer_id), ())
            twin = self.photo(right[0].image_id) if right else '<div class="none"></div>'
            often = verdict_words.describe_times(pair.count)
            words = f"{self.name(pair.class_id)}, called <b>{self.name(pair.answer_id)}</b> {often}"
            first = by_id[pair.image_ids[0]]
            items.append(
                f'<li><figure><div class="pair">{self.photo(first.image_id)}{twin}</div>'
                f"<figcaption>{words}; on the right a {self.name(pair.answer_id)}</figcaption></figure></li>"
            )
        return f'<h2>Most confused pairs</h2><ul class="photos pairs">{"".join(items)}</ul>'

    def matrix(self) -> str:
        labels = report_figures.classes_with_errors(self.report)
        if not labels:
            return ""
        words = "Only classes with a mistake. Green is right, pink wrong; colours follow the logarithm of the count."
        figure = self.figure(report_figures.create_matrix(self.report, labels), height=760)
        return f"<h2>Confusion matrix</h2><p>{words}</p>{figure}"

    def photos(self, title: str, words: str, answers: Sequence[MeasuredPhoto]) -> str:
        items = []
        for answer in answers[:MOST_EXAMPLES]:
            said = f"{self.name(answer.answer_id)} {_percent(answer.confidence)}"
            verdict = f"rightly called {said}" if answer.is_right else f"called <b>{said}</b>"
            items.append(
                f"<li><figure>{self.photo(answer.image_id)}<figcaption>{self.name(answer.class_id)}, {verdict}; "
                f"loss {answer.loss:.2f}</figcaption></figure></li>"
            )
        return f'<h2>{title}</h2><p>{words}</p><ul class="photos">{"".join(items)}</ul>'

    def photo(self, image_id: int) -> str:
        if image_id not in self.thumbnails:
            self.thumbnails[image_id] = thumbnail(self.path_of(image_id))
        source = self.thumbnails[image_id]
        alt = f"photo {image_id}"
        return (
            f'<img src="{source}" alt="{alt}" title="{alt}">' if source else f'<div class="none" title="{alt}"></div>'
        )

    def table(self, figures: Sequence[ClassFigures]) -> str:
        columns = ("class", "photos", "recall", "95 %", "precision", "95 %", "F1", "95 %")
        head = "".join(f'<th scope="col"><button type="button">{words}</button></th>' for words in columns)
        rows = []
        for each in sorted(figures, key=lambda each: (each.f1 is None, each.f1 or 0, each.class_id)):
            cells = [f'<td data-v="{each.n}">{each.n:,}</td>']
            for share, (low, high) in (
                (each.recall, each.recall_interval),
                (each.precision, each.precision_interval),
                (each.f1, each.f1_interval),
            ):
                cells.append(f'<td data-v="{-1 if share is None else share}">{_percent(share)}</td>')
                cells.append(f'<td data-v="{low}">{100 * low:.0f}–{100 * high:.0f}</td>')
            name = self.name(each.class_id)
            rows.append(f'<tr><th scope="row" data-v="{name}">{name}</th>{"".join(cells)}</tr>')
        return (
            "<h2>Every class</h2><p>Click a heading to sort. Few photos, wide intervals (Wilson's).</p>"
            f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'
        )


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f} %"
