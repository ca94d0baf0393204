"""The Model Context Protocol: what assistants ask of a release, read-only and without a session."""
