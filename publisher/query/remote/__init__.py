"""A SPARQL 1.1 server somewhere else, behind the same seam as the embedded engine."""
