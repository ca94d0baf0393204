"""Look at a published site from outside, as portals and clients do."""
