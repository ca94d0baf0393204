"""Another publisher begins: a first folder of sources."""
