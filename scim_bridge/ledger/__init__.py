"""THE OTHER BOOK: what the bridge did and owns at each platform."""
