"""A release on its way into a remote engine."""
