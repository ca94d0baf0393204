"""Existing catalogues (RDF feeds, CKAN, lists in a spreadsheet) → files of the catalogue."""
