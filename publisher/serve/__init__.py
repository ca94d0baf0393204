"""Fifth stage: a release → HTTP."""
