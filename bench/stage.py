"""Two simulated organizations full of people who are about to leave, and the mapping files by which the bridge adopts them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import yaml

from tests.simulators.anthropic import AnthropicSimulator
from tests.simulators.openai import OpenAISimulator

PLACES = ("research", "evals")
GROUPS = ("Research", "Evals")
ROLES = {"claude": ("user", "workspace_user"), "openai": ("reader", "member")}
CONNECTORS = {"claude": "anthropic", "openai": "openai"}
KEYS_EACH = len(PLACES)
"""Everybody has one key in each place, on both platforms."""


def furnish(claude: AnthropicSimulator, openai: OpenAISimulator, names: Iterable[str]) -> None:
    """Accounts, two places and a key in each, made by hand; and one administrator, who stays."""
    claude.human.add_user("root@example.com", "admin")
    openai.human.add_user("root@example.com", "owner")
    for place in PLACES:
        claude.human.create_workspace(place)
        openai.human.create_project(place)
    for name in names:
        for platform, human in (("claude", claude.human), ("openai", openai.human)):
            account_role, place_role = ROLES[platform]
            human.add_user(name, account_role)
            for place in PLACES:
                human.add_member(name, place, place_role)
                human.add_key(name, place)


def environment(claude: AnthropicSimulator, openai: OpenAISimulator) -> dict[str, str]:
    """What the mapping files take from there."""
    return {
        "CLAUDE_KEY": claude.admin_key,
        "CLAUDE_URL": claude.url,
        "OPENAI_KEY": openai.admin_key,
        "OPENAI_URL": openai.url,
    }


def mapping(platform: str) -> str:
    """One platform's file. Whoever is there is adopted, and the brake, which would hold so many leavers, holds nobody."""
    account_role, place_role = ROLES[platform]
    rules = [
        {"name": place, "when": {"group": group}, "grant": [{"place": place, "role": place_role}]}
        for place, group in zip(PLACES, GROUPS, strict=True)
    ]
    name = platform.upper()
    file: dict[str, Any] = {
        "version": 1,
        "connector": CONNECTORS[platform],
        "connection": {"admin_api_key": f"${{{name}_KEY}}", "base_url": f"${{{name}_URL}}"},
        "accounts": {"role": account_role, "existing": "adopt"},
        "rules": rules,
        "brake": {"floor": 1_000_000, "gains": 1_000_000},
        "mode": "apply",
    }
    return str(yaml.safe_dump(file, sort_keys=False))
