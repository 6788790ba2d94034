import pytest
from prometheus_client import generate_latest

from tests.making.scraping import Scrape
from web.server.monitoring.metrics import BUCKETS_S, NINE_LOOKS, STAGES, VERDICTS, Metrics, ModelIdentity


def scrape(metrics: Metrics) -> Scrape:
    return Scrape(generate_latest(metrics.collected()).decode())


def test_all_verdicts_and_stages_are_there_from_the_start():
    found = scrape(Metrics())
    assert {labels["verdict"] for labels in found.labels("florascope_answers_total")} == set(VERDICTS)
    assert {labels["stage"] for labels in found.labels("florascope_stage_seconds_sum")} == set(STAGES)
    assert found.total("florascope_answers_total") == found.value("florascope_line_length") == 0
    assert found.value("florascope_resident_bytes", worker="0") > 10 << 20
    assert found.value("florascope_peak_resident_bytes", worker="0") > 10 << 20


def test_answers_refusals_and_seconds_are_counted():
    metrics = Metrics()
    assert metrics.answered_at == float("-inf")
    for verdict in ("confident", "confident", None, NINE_LOOKS):
        metrics.count_answer(verdict)
    assert metrics.answered_at > 0
    metrics.count_refusal("busy")
    for status in (200, 204, 304, 399, 400, 503):
        metrics.count_status(status)
    metrics.count_seconds({"network": 0.04, "rest": 30})
    found = scrape(metrics)
    assert [found.value("florascope_answers_total", verdict=each) for each in VERDICTS] == [2, 0, 0, 1, 1]
    assert found.total("florascope_refusals_total") == 3
    assert {labels["code"] for labels in found.labels("florascope_refusals_total")} == {"busy", "http_400", "http_503"}
    assert found.value("florascope_stage_seconds_sum", stage="network") == pytest.approx(0.04)
    assert found.value("florascope_stage_seconds_bucket", stage="network", le="0.05") == 1
    assert found.value("florascope_stage_seconds_bucket", stage="network", le="0.025") == 0
    assert found.value("florascope_stage_seconds_bucket", stage="rest", le=str(float(BUCKETS_S[-1]))) == 0
    assert all(found.value("florascope_stage_seconds_count", stage=stage) == 1 for stage in STAGES)


def test_names_of_a_model_stay_one_label_whatever_is_in_them():
    metrics = Metrics()
    hostile = 'net"} 1\nflorascope_answers_total{verdict="confident"} 9\\'
    metrics.note_model(ModelIdentity("torch", hostile, "0123456789abcdef"))
    found = scrape(metrics)
    assert found.labels("florascope_model_processes") == [
        {"engine": "torch", "backbone": hostile, "weights": "0123456789ab"}
    ]
    assert found.total("florascope_answers_total") == 0


def test_apps_of_one_process_count_apart():
    first, second = Metrics(), Metrics()
    first.count_answer("unsure")
    assert scrape(second).total("florascope_answers_total") == 0
