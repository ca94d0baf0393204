"""The whole site but queries and search as files, with the configuration of a file server."""
