"""The claims of the conformance suite, by subject."""
