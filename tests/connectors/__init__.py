"""The conformance suite, and each connector's own tests."""

import pytest

pytest.register_assert_rewrite("tests.connectors.claims")
