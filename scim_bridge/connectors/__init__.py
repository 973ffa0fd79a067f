"""THE FAR SIDE: one AI platform, one connector. They do not know each other. To add one: docs/connectors/writing.md."""
