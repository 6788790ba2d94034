from pathlib import Path

import pytest

from benchmarks.report import machine
from benchmarks.report.machine import Load, describe_machine, package_versions
from classifier.machine import usable_cores


def test_the_machine_is_described_by_what_its_files_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "cpuinfo").write_text("model name\t: Abacus 3000\nflags\t: fpu avx2 amx_bf16\n\nmodel name\t: other\n")
    (tmp_path / "meminfo").write_text("MemTotal:       16000000 kB\nMemAvailable:    8000000 kB\n")
    monkeypatch.setattr(machine, "CPUINFO", tmp_path / "cpuinfo")
    monkeypatch.setattr(machine, "MEMINFO", tmp_path / "meminfo")
    described = describe_machine()
    assert described["processor"] == "Abacus 3000"
    assert described["instructions"] == "AVX2, AMX bf16"
    assert described["memory"] == "16 GB"
    assert described["cores"] == str(usable_cores())
    assert machine.memory_gb("MemAvailable") == pytest.approx(8.192)


def test_without_such_files_it_says_that_it_does_not_know(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for name in ("CPUINFO", "MEMINFO", "STAT"):
        monkeypatch.setattr(machine, name, tmp_path / "none")
    described = describe_machine(tmp_path)
    assert described["memory"] == "unknown"
    assert described["processor"]
    assert Load().others_percent() is None


def test_versions_are_named_by_environment_where_they_differ(tmp_path: Path):
    for environment, version in (("first", "1.0"), ("second", "2.0"), ("third", "1.0")):
        place = tmp_path / environment / "lib" / "python3.11" / "site-packages" / f"abacus-{version}.dist-info"
        place.mkdir(parents=True)
        (place / "METADATA").write_text(f"Metadata-Version: 2.1\nName: abacus\nVersion: {version}\n")
    none, first, second, third = (tmp_path / name for name in ("none", "first", "second", "third"))
    assert package_versions("abacus", none, second) == "2.0"
    assert package_versions("abacus", first, third) == "1.0"
    assert package_versions("abacus", first, second, third) == "1.0 (first, third), 2.0 (second)"
    assert package_versions("lyre", first) == ""


def test_what_this_process_computes_is_not_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    stat, own = tmp_path / "stat", [10.0]
    monkeypatch.setattr(machine, "STAT", stat)
    monkeypatch.setattr(machine, "_own_seconds", lambda: own[0])
    monkeypatch.setattr(machine.os, "sysconf", lambda _: 100)
    stat.write_text("cpu  1000 0 0 1000 0 0 0 0 0 0\ncpu0 1 1 1 1\n")
    load = Load()
    assert load.others_percent() is None  # no time has passed
    stat.write_text("cpu  1500 200 100 1100 100 0 0 0 0 0\n")  # 10 s of two cores, 2 of them idle
    own[0] = 15.0
    assert load.others_percent() == pytest.approx(30.0)
    own[0] = 99.0
    assert load.others_percent() == 0
