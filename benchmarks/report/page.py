"""The page docs/performance.md, written from the records; no figure in it is typed by hand."""

from collections.abc import Mapping

from benchmarks.report.parts import PARTS, read_prose
from benchmarks.report.records import Record, Table
from benchmarks.report.targets import targets_table

IDLE_PERCENT = 5


def render(records: Mapping[str, Record]) -> str:
    """The page as Markdown.

    Args:
        records: by the names of `PARTS`; those that are missing are said to be missing.
    """
    sections = [read_prose("opening"), "## What was asked for", _markdown(targets_table(records))]
    sections.append("Wanted on two idle cores. Each figure comes from the section that measures it.")
    for name, part in PARTS.items():
        sections += [f"## {part.title}", part.prose]
        record = records.get(name)
        if record is None:
            sections.append(f"Not measured yet: `python -m benchmarks --only {name}`.")
            continue
        for table in record.result.tables:
            sections += [*([f"**{table.title}**"] if table.title else []), _markdown(table)]
        sections += [*record.result.notes, provenance(record)]
    return "\n\n".join(sections) + "\n"


def provenance(record: Record) -> str:
    """How a record came about, in small print: command, date, machine, and what else the machine did."""
    machine = dict(record.machine)
    processor, cores = machine.pop("processor", "unknown"), machine.pop("cores", "?")
    instructions, memory = machine.pop("instructions", "unknown"), machine.pop("memory", "unknown")
    named = sorted(name for name in machine if name != "system")  # whatever order the record has
    versions = ", ".join(f"{name} {machine[name]}" for name in named)
    facts = [f"{processor} ({instructions})", f"{cores} cores", memory, machine.get("system", "unknown system")]
    return (
        f"<sub>`{record.command}` on {record.date}: {', '.join(facts)}; {_load(record.others_percent)}{versions}.</sub>"
    )


def _load(others_percent: float | None) -> str:
    if others_percent is None:
        return ""
    if others_percent < IDLE_PERCENT:
        return "nothing else ran; "
    return f"**other programs took {others_percent:.0f} % of the cores**; "


def _markdown(table: Table) -> str:
    aligned = ["---", *("---:" for _ in table.columns[1:])]
    lines = [table.columns, aligned, *table.rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
