from classifier.data.collection import Collection
from tests.making.reports import make_garden_report
from web.model.table import ORDERS, sort_classes


def test_classes_can_be_sorted_by_everything(garden: Collection):
    report = make_garden_report(garden)
    for order in (*ORDERS, "nonsense"):
        assert {each.class_id for each in sort_classes(report, order)} == set(report.labels)
    assert [each.n for each in sort_classes(report, "many")] == sorted((e.n for e in report.per_class), reverse=True)
    shares = [each.f1 for each in sort_classes(report, "f1") if each.f1 is not None]
    assert shares == sorted(shares)
