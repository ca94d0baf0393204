"""What a release remembers of those before it, and what changed between two of them."""
