"""Our own server attacked on loopback, bounded: each test names a defect that was found, or a law of its answers."""
