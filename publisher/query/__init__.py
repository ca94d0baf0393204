"""One question, one answer: the seam between the site and the engine that evaluates SPARQL."""
