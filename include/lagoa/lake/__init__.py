"""The only code that knows storage: raw zone -> bronze, gold_next -> gold."""
