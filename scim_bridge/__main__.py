"""`python -m scim_bridge`, the same as `scim-bridge`."""

from scim_bridge.cli import main

if __name__ == "__main__":
    main()
