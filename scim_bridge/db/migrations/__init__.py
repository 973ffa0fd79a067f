"""Alembic migrations. Run by `scim-bridge migrate` and by `serve`, never by the web process."""
