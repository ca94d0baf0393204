"""Maps of the data's own geometries, drawn on the server as SVG."""
