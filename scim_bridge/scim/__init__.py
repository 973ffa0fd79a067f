"""THE LANGUAGE: RFC 7643 and RFC 7644 as plain functions. No I/O, no clock, no web framework, no database."""
