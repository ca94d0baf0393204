"""First stage: files → quads that know which file they came from."""
