"""The report of a run, of a sweep or of one patient: one HTML file."""

from analysis.report.page import report_html, write_report

__all__ = ["report_html", "write_report"]
