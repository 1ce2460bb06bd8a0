"""The report: one HTML file, made from what a finished run wrote, to read and judge its copies."""

from dedup.report.write import NAME, Written, write_pages, write_report

__all__ = ["NAME", "Written", "write_pages", "write_report"]
