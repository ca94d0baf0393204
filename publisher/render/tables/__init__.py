"""The pages of tables: what a reader chose → SPARQL → lines, counts, files."""
