"""Publish a folder of RDF (ontology, data, shapes) as linked open data."""

__version__ = "0.2.0"
