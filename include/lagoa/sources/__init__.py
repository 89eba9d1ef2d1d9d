"""What a source is and how its data is fetched: spec -> connectors -> extract -> raw zone."""
