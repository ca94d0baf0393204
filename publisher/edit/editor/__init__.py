"""The form on the editor's own machine: sources in, canonical Turtle out, nothing on the web."""
