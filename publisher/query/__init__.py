"""One question, one answer: the seam between the site and whatever evaluates SPARQL."""
