from dataclasses import replace
from pathlib import Path

from benchmarks.report.page import provenance, render
from benchmarks.report.parts import PARTS
from benchmarks.report.records import read_records
from tests.benchmarks.report.test_records import RECORD

DOCS = Path(__file__).parents[3] / "docs"


def test_the_page_is_what_the_records_say():
    written = (DOCS / "performance.md").read_text(encoding="utf-8")
    assert written == render(read_records(DOCS / "performance.json")), "run: python -m benchmarks --page"


def test_every_part_has_a_section_and_says_if_it_was_not_measured():
    page = render({})
    for name, part in PARTS.items():
        assert f"## {part.title}\n" in page
        assert f"Not measured yet: `python -m benchmarks --only {name}`." in page


def test_tables_notes_and_provenance_follow_the_prose():
    page = render({"api": RECORD})
    section = page.partition(f"## {PARTS['api'].title}")[2].partition("\n## ")[0]
    assert "**Speed**\n\n|  | ms |\n| --- | ---: |\n| a \\| b | 1.5 |\n\nA note.\n\n<sub>" in section
    assert "Not measured yet" not in section


def test_provenance_names_command_date_machine_and_what_else_ran():
    words = provenance(RECORD)
    for fact in ("`python -m benchmarks --only api` on 2026-11-27", "Abacus", "2 cores", "nothing else ran"):
        assert fact in words
    assert "**other programs took 40 % of the cores**" in provenance(replace(RECORD, others_percent=40.2))
    unknown = provenance(replace(RECORD, others_percent=None, machine={}))
    assert "else ran" not in unknown
    assert "unknown" in unknown
