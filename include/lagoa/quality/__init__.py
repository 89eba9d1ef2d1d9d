"""Suites as data -> Great Expectations -> the gate that lets a layer pass or stops it."""
