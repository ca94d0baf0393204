"""Each class as a table: CSV with its metadata, workbook, GeoJSON."""
