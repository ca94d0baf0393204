"""A release on its way into an engine somewhere else."""
