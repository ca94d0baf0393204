"""What the things around a topic tell of it: figures, events, claims, what is like it."""
