"""`python -m scim_bridge.demo`, the same as `make demo`."""

import sys

from scim_bridge.demo.story import tell

if __name__ == "__main__":
    sys.exit(tell())
