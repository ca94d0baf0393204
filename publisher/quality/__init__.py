"""Second stage: may this be published? Only approved sources can be built."""
