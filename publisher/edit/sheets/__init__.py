"""Workbooks and CSV files that editors fill in: sources → sheets → changes of sources."""
