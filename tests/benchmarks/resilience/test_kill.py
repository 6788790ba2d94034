"""Kills behind a real nginx: a worker, and a whole replica, while visitors upload."""

import json
from pathlib import Path

import pytest

from benchmarks.resilience.kill import REPLICA, WORKER, measure, read_log
from classifier.locations import DEFAULT_CHECKPOINT
from scripts.replicas import find_nginx

needs_nginx = pytest.mark.skipif(find_nginx() is None, reason="NO NGINX: Debian and Ubuntu have it as nginx-light")


@needs_nginx
@pytest.mark.skipif(not DEFAULT_CHECKPOINT.is_file(), reason=f"NO CHECKPOINT: {DEFAULT_CHECKPOINT.name} is not here")
def test_no_visitor_notices_a_killed_worker_nor_a_killed_replica():
    found = measure(uploads=300, visitors=3, kills=((0, WORKER), (1, REPLICA)), environ={"LOG_LEVEL": "ERROR"})
    assert found.traffic.refused == 0
    assert found.traffic.answers == 300
    assert found.statuses == {200: 300}
    assert [(kill.what, kill.replica) for kill in found.kills] == [(WORKER, 0), (REPLICA, 1)]
    assert all(kill.uploads_left > 0 for kill in found.kills)
    assert json.dumps(found.to_dict())


def test_the_log_says_what_was_asked_twice(tmp_path: Path):
    log = tmp_path / "log"
    lines = [
        {"uri": "/api/v1/classify", "status": 200, "replicas": "127.0.0.1:1"},
        {"uri": "/api/v1/classify", "status": 200, "replicas": "127.0.0.1:1, 127.0.0.1:2"},
        {"uri": "/api/v1/classify", "status": 503, "replicas": "127.0.0.1:1, 127.0.0.1:2, 127.0.0.1:1"},
        {"uri": "/healthz", "status": 200, "replicas": "127.0.0.1:1, 127.0.0.1:2"},
    ]
    log.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    assert read_log(log) == (2, {200: 2, 503: 1})
