"""Tests that share one running platform, which ends with the last of them."""
