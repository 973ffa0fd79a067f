"""What an administrator sees of the app."""

from __future__ import annotations

import json

import pytest

from scim_bridge.sources.okta import OktaEvent, OktaNotFound, OktaSource
from tests.simulators.okta import OktaSimulator


def test_the_app_and_its_assignments_are_counted_over_all_pages(okta: OktaSimulator, source: OktaSource) -> None:
    okta.page_size = 2
    for number in range(5):
        okta.org.add_person(f"person{number}@example.com")
    okta.org.assign(okta.org.add_user("grace@example.com"), status="DEPROVISIONED")
    for name in ("AI Engineers", "AI Admins", "Research"):
        okta.org.assign_group(okta.org.add_group(name))
    status = source.status()
    assert (status.app.label, status.app.status, status.app.sign_on_mode) == ("AI bridge", "ACTIVE", "AUTO_LOGIN")
    assert "GROUP_PUSH" in status.app.features
    assert (status.assigned_users, status.assigned_groups) == (6, 3)
    assert status.user_statuses == {"PROVISIONED": 5, "DEPROVISIONED": 1}
    assert status.provisioning == {"USER_PROVISIONING": "ENABLED"}
    assert status.problems == ()


def test_a_failed_push_shows_oktas_summary(okta: OktaSimulator, source: OktaSource) -> None:
    summary = "Unable to update Group Push mapping target App group bridge-engineers: Error while creating user group"
    okta.org.push(okta.org.add_group("AI Engineers"), target="bridge-engineers", status="ERROR", error=summary)
    (mapping,) = source.status().mappings
    assert (mapping.status, mapping.error) == ("ERROR", summary)
    assert (mapping.source, mapping.target) == ("AI Engineers", "bridge-engineers")


def test_the_latest_provisioning_events_come_first_and_others_not_at_all(
    okta: OktaSimulator, source: OktaSource
) -> None:
    okta.org.log("application.provision.user.push", "Push new user", "ada@example.com")
    okta.org.log("user.session.start", "User login", "ada@example.com")
    okta.org.log("application.provision.user.deactivate", "Deactivate", "grace@example.com", "FAILURE", "404 Not Found")
    newest, oldest = source.status().events
    assert newest == OktaEvent(
        newest.at, "application.provision.user.deactivate", "Deactivate", "grace@example.com", "FAILURE", "404 Not Found"
    )
    assert (oldest.subject, oldest.outcome, oldest.reason) == ("ada@example.com", "SUCCESS", None)


def test_a_part_that_okta_refuses_is_a_problem_and_the_rest_is_shown(okta: OktaSimulator, source: OktaSource) -> None:
    okta.org.add_person("ada@example.com")
    okta.org.provisioning = False
    okta.fail("logs", 403)
    status = source.status()
    assert status.assigned_users == 1
    assert len(status.problems) == 2
    assert "provisioning features" in status.problems[0]
    assert "Provisioning is not enabled for the app instance." in status.problems[0]
    assert "System Log" in status.problems[1]


def test_users_that_may_not_be_counted_are_not_none_of_them(okta: OktaSimulator, source: OktaSource) -> None:
    okta.fail("app users", 403)
    assert source.status().assigned_users is None


def test_an_app_that_is_not_there_has_no_status(okta: OktaSimulator, source: OktaSource) -> None:
    okta.org.app["id"] = "0oaother"
    with pytest.raises(OktaNotFound):
        source.status()


def test_a_status_is_json(okta: OktaSimulator, source: OktaSource) -> None:
    okta.org.push(okta.org.add_group("AI Engineers"))
    okta.org.log("application.provision.user.push", "Push new user", "ada@example.com")
    shown = json.loads(json.dumps(source.status().as_json()))
    assert shown["app"]["id"] == okta.app_id
    assert shown["mappings"][0]["source"] == "AI Engineers"
