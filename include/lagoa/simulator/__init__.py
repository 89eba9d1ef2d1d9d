"""A local server that speaks the sources' APIs over generated or recorded data."""
