"""Last stage: people change the sources, and the journey begins again."""
