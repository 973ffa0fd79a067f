"""The conformance suite: what every connector does, one test a claim (docs/connectors/writing.md).

    class TestSomePlatform(Conformance):
        @pytest.fixture
        def bench(self):
            with SomePlatformBench() as bench:
                yield bench

`pytest tests/connectors -v` is then the table, claims down.
"""

from tests.connectors.bench import RETRY_AFTER, Bench, CountingGate, Fault
from tests.connectors.claims.capability import Capability
from tests.connectors.claims.custom_roles import CustomRoles
from tests.connectors.claims.groups import Groups
from tests.connectors.claims.joining import Joining
from tests.connectors.claims.keys import Keys
from tests.connectors.claims.leaving import Leaving
from tests.connectors.claims.membership import Membership
from tests.connectors.claims.reading import Reading
from tests.connectors.claims.trial import Trial
from tests.connectors.claims.trouble import Trouble

__all__ = ["RETRY_AFTER", "Bench", "Conformance", "CountingGate", "Fault", "Trial"]


class Conformance(Capability, Trouble, Leaving, Keys, Groups, CustomRoles, Membership, Joining, Reading):
    """Every claim. pytest runs them from the last ancestor to the first: reading before joining before leaving."""
