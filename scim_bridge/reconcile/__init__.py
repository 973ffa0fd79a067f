"""THE HAND: looks at the book and at the platform, and makes them agree."""
