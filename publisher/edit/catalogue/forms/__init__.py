"""Catalogues in JSON as portals and repositories have them → descriptions in DCAT, form by form."""
