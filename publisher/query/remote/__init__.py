"""A remote SPARQL 1.1 server, behind the same seam as the embedded engine."""
