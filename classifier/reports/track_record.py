"""Track records: how answers of a class, at a confidence, fared on test photos; from the report of an evaluation.

It is shown next to answers and used for nothing else, so that the test photos stay what they are: a test.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from classifier.errors import ReportError
from classifier.predictions.values import Confusion, TrackRecord
from classifier.reports.intervals import wilson_interval
from classifier.reports.report import Report

# Upper ends of the bands of confidence. Few, because a class has as few as two test photos.
BAND_ENDS = (0.5, 0.8, 0.95, 1.0)
MOST_CONFUSIONS = 4


@dataclass(frozen=True)
class TrackRecords:
    """Counts of the answers of a report.

    counts: (class id of the answer or None for all, band) → (n, right).
    confusions: class id → the pairs that it is in, most frequent first.
    """

    counts: Mapping[tuple[int | None, int], tuple[int, int]]
    confusions: Mapping[int, tuple[Confusion, ...]]

    @classmethod
    def from_report(cls, report: Report, *, fingerprint: str | None = None) -> "TrackRecords":
        """Count the answers of a report on test photos.

        fingerprint: of the checkpoint's file; None leaves it unchecked.

        Raises:
            ReportError: the report is of another split than test, of averaged views, or of another checkpoint.
        """
        split, wrote = report.data.get("split"), report.checkpoint.get("fingerprint")
        if split != "test":
            raise ReportError(f"A track record is counted on test photos; the report is of “{split}”.")
        if report.tta:
            raise ReportError("The report averaged over several views of each photo, which answers here do not.")
        if fingerprint is not None and wrote != fingerprint:
            raise ReportError(
                f"The report is of another checkpoint ({wrote}, not {fingerprint}). Write it again: "
                "python -m classifier evaluate --report."
            )
        n: Counter[tuple[int | None, int]] = Counter()
        right: Counter[tuple[int | None, int]] = Counter()
        for answer in report.answers:
            band = band_of(answer.confidence)
            for key in ((answer.answer_id, band), (None, band)):
                n[key] += 1
                right[key] += answer.is_right
        confusions: dict[int, list[Confusion]] = {}
        for confusion in report.confusions:
            for class_id in (confusion.said, confusion.was):
                confusions.setdefault(class_id, []).append(confusion)
        return cls(
            {key: (count, right[key]) for key, count in n.items()},
            {class_id: tuple(mistakes[:MOST_CONFUSIONS]) for class_id, mistakes in confusions.items()},
        )

    def of(self, class_id: int, confidence: float) -> TrackRecord:
        """The record of answers of this class at about this confidence (0 to 1)."""
        band = band_of(confidence)
        n, right = self.counts.get((class_id, band), (0, 0))
        overall_n, overall_right = self.counts.get((None, band), (0, 0))
        low, high = wilson_interval(right, n)
        return TrackRecord(
            class_id=class_id,
            low_confidence=0.0 if band == 0 else BAND_ENDS[band - 1],
            high_confidence=BAND_ENDS[band],
            n=n,
            right=right,
            share=right / n if n else None,
            low=low,
            high=high,
            overall_n=overall_n,
            overall_right=overall_right,
            overall_share=overall_right / overall_n if overall_n else None,
            confusions=self.confusions.get(class_id, ()),
        )


def band_of(confidence: float) -> int:
    """The position in `BAND_ENDS` of the band (low, high] that a confidence falls in."""
    return min(bisect_left(BAND_ENDS, confidence), len(BAND_ENDS) - 1)
