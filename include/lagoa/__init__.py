"""Lagoa: public agencies' data, from the sources to governed, published tables."""
