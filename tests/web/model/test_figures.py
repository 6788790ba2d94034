from dataclasses import replace

from tests.making.reports import make_garden_report, make_verdict_report
from web.model import figures
from web.shared.figures import TEMPLATE


def test_figures_have_the_sites_template_and_heights(garden):
    report = make_garden_report(garden)
    curves = [figures.create_curves_figure(report, quantity) for quantity in ("loss", "top1")]
    assert {figure.layout.height for figure in curves} == {figures.CURVE_HEIGHT_PX}
    dots = figures.create_reliability_figure(report)
    assert dots.layout.height == figures.RELIABILITY_HEIGHT_PX
    for figure in (*curves, dots, figures.create_matrix_figure(report, report.classes)):
        assert figure.layout.template.layout.font.size == TEMPLATE.layout.font.size


def test_familiarity_needs_pictures_of_other_things(garden):
    report, measured = make_garden_report(garden), make_verdict_report()
    assert all(figures.create_verdict_figures(report, measured))
    assert figures.create_verdict_figures(report, replace(measured, unknown=()))[2] is None
