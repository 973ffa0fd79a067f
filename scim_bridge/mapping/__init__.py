"""THE RULES: `mappings/*.yaml` become rules, kept as revisions; person x rules become access wanted, with reasons."""
