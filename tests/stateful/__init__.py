"""A machine of random deeds over HTTP, and a small model in memory that says what must have come of them."""
