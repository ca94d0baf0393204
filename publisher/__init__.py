"""Publish a folder of RDF (ontology, data, shapes) as linked open data."""

__version__ = "0.1.0"
