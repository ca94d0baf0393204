"""What is not collected: a module that takes parts of Python away from whoever imports it."""

collect_ignore = ["no_posix"]
