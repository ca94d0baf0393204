"""Application profiles as tables of rules, and the SHACL shapes that are made from them."""
