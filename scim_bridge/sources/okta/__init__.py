"""Okta's Management API, read through the `okta` SDK: how the app stands, who is assigned to it, what it pushes."""

from scim_bridge.sources.okta.connection import OktaConnection
from scim_bridge.sources.okta.errors import (
    OktaAnswerUnclear,
    OktaBusy,
    OktaError,
    OktaNotFound,
    OktaNotPermitted,
    OktaRefused,
    OktaUnreachable,
)
from scim_bridge.sources.okta.groups import OktaGroup
from scim_bridge.sources.okta.people import OktaPerson
from scim_bridge.sources.okta.source import OktaSource
from scim_bridge.sources.okta.status import OktaApp, OktaEvent, OktaMapping, OktaStatus

__all__ = [
    "OktaAnswerUnclear",
    "OktaApp",
    "OktaBusy",
    "OktaConnection",
    "OktaError",
    "OktaEvent",
    "OktaGroup",
    "OktaMapping",
    "OktaNotFound",
    "OktaNotPermitted",
    "OktaPerson",
    "OktaRefused",
    "OktaSource",
    "OktaStatus",
    "OktaUnreachable",
]
