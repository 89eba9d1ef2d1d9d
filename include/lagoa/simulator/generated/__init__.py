"""Generated data: deterministic from a seed and a scale, the same places and agencies in every source."""
