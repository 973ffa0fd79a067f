"""SCIM Bridge: identity provider pushes become access on AI platforms, and leaving ends it."""

__version__ = "0.1.0"
