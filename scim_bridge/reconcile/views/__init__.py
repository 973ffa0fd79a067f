"""What the books say, for people who ask: read functions for the commands and the console. They call no platform and write nothing."""
