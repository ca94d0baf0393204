"""The pages of ontologies: terms, their use, their shapes in words, a diagram of the classes."""
