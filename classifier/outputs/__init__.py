"""Outputs: files that commands write. What may be replaced, and names and tables that other programs can read.

from classifier.outputs.claims import claim
from classifier.outputs.kinds import REPORT_PAGE

claim(Path("report.html"), REPORT_PAGE, option="--report", inputs=[checkpoint])  # before any long work
"""
