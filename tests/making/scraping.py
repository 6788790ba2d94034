"""What `/metrics` says, as values by name and labels."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client.parser import text_string_to_metric_families


class Scrape(dict[tuple[str, frozenset[tuple[str, str]]], float]):
    """Values of all series of an exposition in Prometheus's text format."""

    def __init__(self, text: str) -> None:
        super().__init__(
            ((sample.name, frozenset(sample.labels.items())), sample.value)
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        )

    def value(self, name: str, **labels: str) -> float:
        """The value of one series; 0 if there is none."""
        return self.get((name, frozenset(labels.items())), 0.0)

    def total(self, name: str) -> float:
        """The values of a name, over all labels."""
        return sum(value for (each, _), value in self.items() if each == name)

    def labels(self, name: str) -> list[Mapping[str, str]]:
        """The labels that a name comes with."""
        return [dict(labels) for each, labels in self if each == name]

    @property
    def names(self) -> set[str]:
        """Names of all series."""
        return {name for name, _ in self}
