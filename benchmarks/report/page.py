"""The page docs/performance.md, written from the records; no figure in it is typed by hand."""

from collections.abc import Mapping

from benchmarks.report.parts import PARTS
from benchmarks.report.records import Record, Table
from benchmarks.report.targets import targets_table

OPENING = """# How fast it is, and how heavy

`make bench` measures all of this and writes this page; `python -m benchmarks --only NAME` repeats one part. Other machines give other
figures, and so does this one when it is busy: what compares two ways was measured with both in turn, in one run, and the ratios
are what to look at."""
IDLE_PERCENT = 5


def render(records: Mapping[str, Record]) -> str:
    """The page as Markdown.

    Args:
        records: by the names of `PARTS`; those that are missing are said to be missing.
    """
    sections = [OPENING, "## What was asked for", _markdown(targets_table(records))]
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
    versions = ", ".join(f"{name} {version}" for name, version in machine.items() if name != "system")
    busy = record.others_percent
    if busy is None:
        load = "how busy it was otherwise is unknown"
    elif busy < IDLE_PERCENT:
        load = "nothing else ran"
    else:
        load = f"**other programs took {busy:.0f} % of the cores**"
    return (
        f"<sub>`{record.command}` on {record.date}: {processor} ({instructions}), {cores} cores, {memory}, "
        f"{machine.get('system', '')}; {load}. {versions}.</sub>"
    )


def _markdown(table: Table) -> str:
    aligned = ["---", *("---:" for _ in table.columns[1:])]
    lines = [table.columns, aligned, *table.rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
