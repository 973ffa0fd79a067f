"""A real worker whose platforms publish another rate: `python -m tests.chaos.hurried_worker anthropic=60 openai=15`.

A connector's rate is that many times as fast (100 where nothing is said), so that minutes at a vendor's pace pass in seconds; its
burst stays. Looks for accepted invitations come as often as the setting says, whatever the connector thinks of it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from scim_bridge import settings, wiring, worker
from scim_bridge.access.connector import Capabilities, ConnectorType, Rate
from scim_bridge.logs import configure_logs

HURRY = 100.0


def hurried(factors: Mapping[str, float]) -> dict[str, ConnectorType]:
    """The bridge's connectors with their rates multiplied."""
    return {
        name: replace(each, capabilities=_faster(each.capabilities, factors.get(name, HURRY)))
        for name, each in wiring.CONNECTORS.items()
    }


def _faster(
    capabilities: Callable[[Mapping[str, Any]], Capabilities], factor: float
) -> Callable[[Mapping[str, Any]], Capabilities]:
    def faster(connection: Mapping[str, Any]) -> Capabilities:
        published = capabilities(connection)
        rate = published.rate
        return replace(
            published,
            rate=Rate(rate.per_minute * factor, rate.burst) if rate is not None else None,
            invitation_poll=timedelta(seconds=1),
        )

    return faster


if __name__ == "__main__":
    chosen = settings.read_settings()
    configure_logs(chosen)
    factors = {name: float(factor) for name, _, factor in (each.partition("=") for each in sys.argv[1:])}
    worker.Worker(wiring.build(chosen, connectors=hurried(factors))).run()
