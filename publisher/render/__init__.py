"""Fourth stage: a description asked of the engine → bytes in a media type, or a page."""
