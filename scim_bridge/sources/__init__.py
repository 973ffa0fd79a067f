"""The near side: identity providers when the bridge asks them instead of listening to their pushes."""
