"""From a table to a folder of sources: read, guess, and write what is to be published."""
