"""What the rules mean, sentence by sentence of docs/mapping.md."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from scim_bridge.access.desired import PlaceName, Reason
from scim_bridge.mapping.conditions import answers
from scim_bridge.mapping.model import Wish
from scim_bridge.mapping.resolve import resolve, resolve_group
from tests.mapping.worlds import CLAUDE, HEAD, SANDBOX, WIDE, person, rules_of

RULES = rules_of("""
rules:
  - name: engineers
    when: {group: "ML Engineers"}
    grant: [{place: research, role: member}]
  - name: leads
    when: {groups: ["Leads", "Heads"]}
    grant: [{place: research, role: admin, allow_admin: true}, {place: evals, role: member}]
  - name: by convention
    when: {group_pattern: "AI-{place}-{role}"}
    parts:
      place: {Research: research, Evals: evals}
      role: {Users: member, Admins: admin}
    grant: [{place: "{place}", role: "{role}", allow_admin: true}]
  - name: contractors
    when: {person: 'userType eq "Contractor"'}
    deny: [{place: evals}]
  - name: the frozen
    when: {group: "Frozen"}
    deny: [{place: "*"}]
  - name: platform team
    when: {group: "Platform"}
    grant: [{account: owner, allow_admin: true}]
""")
LINE = {rule.name: rule.line for rule in RULES.rules}


def roles(wish: Wish) -> dict[str, str]:
    return {grant.place.alias: grant.role for grant in wish.grants}


def given(*groups: str, **attributes: object) -> Wish:
    return resolve(person(*groups, **attributes), RULES, SANDBOX)


def because(rule: str, group: str | None) -> Reason:
    return Reason("lab.yaml", LINE[rule], rule, group)


def test_nobody_has_anything_without_a_rule_that_holds() -> None:
    assert given("Something else") == Wish("ada@example.com")


def test_a_group_gives_the_place_and_the_account_with_the_ordinary_role() -> None:
    wish = given("ML Engineers")
    assert (wish.account_role, roles(wish), wish.leaving) == ("user", {"research": "member"}, False)
    assert wish.account_reasons == wish.grants[0].reasons == (because("engineers", "ML Engineers"),)


def test_groups_are_compared_without_case_and_reasons_name_them_as_pushed() -> None:
    assert given("ml ENGINEERS").grants[0].reasons == (because("engineers", "ml ENGINEERS"),)


def test_groups_means_any_of_the_list() -> None:
    assert roles(given("Heads")) == roles(given("Leads")) == {"research": "admin", "evals": "member"}


def test_a_pattern_gives_what_the_tables_say() -> None:
    wish = given("ai-evals-ADMINS", "AI-Other-Users")
    assert roles(wish) == {"evals": "admin"}
    assert wish.grants[0].reasons == (because("by convention", "ai-evals-ADMINS"),)


def test_several_groups_of_one_pattern_each_give_their_own() -> None:
    assert roles(given("AI-Research-Users", "AI-Evals-Admins")) == {"research": "member", "evals": "admin"}


def test_deny_wins_over_every_grant() -> None:
    wish = given("Leads", "AI-Evals-Admins", userType="contractor")
    assert roles(wish) == {"research": "admin"}
    assert wish.denied == {PlaceName("evals")}


def test_a_star_denies_every_place_of_the_file_and_leaves_the_accounts_own_grants() -> None:
    assert given("Leads", "Frozen").account_role is None
    wish = given("Leads", "Frozen", "Platform")
    assert (wish.account_role, wish.grants, wish.denies_all) == ("owner", (), True)
    assert wish.account_reasons == (because("platform team", "Platform"),)


def test_somebody_whose_every_place_is_denied_has_no_account() -> None:
    assert given("AI-Evals-Users", userType="Contractor").account_role is None


def test_an_account_grant_alone_makes_an_account_and_raises_its_role() -> None:
    assert given("Platform").account_role == "owner"
    assert given("Platform", "ML Engineers").account_role == "owner"


def test_an_account_grant_of_a_weaker_role_does_not_lower_the_accounts_own() -> None:
    rules = rules_of(
        "rules: [{name: r, when: {group: A}, grant: [{account: user}]}]\n",
        HEAD.replace("sandbox", "anthropic").replace("role: user", "role: developer")
        + "connection: {admin_api_key: '${ADMIN_KEY}'}\n",
    )
    assert resolve(person("A"), rules, CLAUDE).account_role == "developer"


def test_lesson_34_the_strongest_role_wins_and_every_reason_is_kept_with_it() -> None:
    (research, _) = sorted(given("ML Engineers", "Leads").grants, key=lambda grant: grant.place.alias, reverse=True)
    assert research.role == "admin"
    assert research.reasons == (because("engineers", "ML Engineers"), because("leads", "Leads"))
    assert research.decisive == {because("leads", "Leads")}  # type: ignore[attr-defined]


def test_lesson_34_leaving_one_group_keeps_what_the_other_gives() -> None:
    assert roles(given("ML Engineers", "Leads"))["research"] == "admin"
    assert roles(given("ML Engineers")) == {"research": "member"}


def test_a_rule_with_two_groups_of_its_list_has_both_as_reasons() -> None:
    assert given("Leads", "Heads").grants[0].reasons == (because("leads", "Heads"), because("leads", "Leads"))


@pytest.mark.parametrize("change", [{"active": False}, {"source": "elsewhere"}])
def test_somebody_who_is_not_active_or_of_no_source_named_is_leaving_and_has_nothing(change: dict[str, object]) -> None:
    wish = resolve(replace(person("Leads", "Platform"), **change), RULES, SANDBOX)  # type: ignore[arg-type]
    assert wish == Wish("ada@example.com", leaving=True)


def test_without_a_grant_an_active_person_is_not_leaving() -> None:
    assert given().leaving is False


def test_a_file_speaks_of_the_sources_it_names() -> None:
    rules = rules_of("rules: [{name: r, when: everybody, grant: [{place: p, role: member}]}]\nsources: [a, b]\n")
    assert roles(resolve(person(source="b"), rules, SANDBOX)) == {"p": "member"}
    assert resolve(person(source="default"), rules, SANDBOX).leaving


# --- conditions


def rule(when: str, grant: str = "{place: p, role: member}") -> str:
    return f"rules: [{{name: r, when: {when}, grant: [{grant}]}}]\n"


def test_everybody_means_every_active_person_and_the_reason_names_no_group() -> None:
    rules = rules_of(rule("everybody"))
    assert resolve(person(), rules, SANDBOX).grants[0].reasons == (Reason("lab.yaml", 5, "r", None),)


def test_several_conditions_in_one_when_must_all_hold() -> None:
    rules = rules_of(
        rule("""{group: A, groups: [B, C], group_pattern: "AI-{x}", person: 'userType eq "E"', source: default}""")
    )
    whole = person("A", "C", "AI-1", userType="E")
    assert roles(resolve(whole, rules, SANDBOX)) == {"p": "member"}
    assert [reason.group for reason in resolve(whole, rules, SANDBOX).grants[0].reasons] == ["A", "AI-1", "C"]
    for missing in ("A", "C", "AI-1"):
        assert not resolve(replace(whole, groups=whole.groups - {missing}), rules, SANDBOX).grants
    assert not resolve(replace(whole, attributes={"userType": "F"}), rules, SANDBOX).grants


def test_a_person_condition_is_a_scim_filter_over_the_enterprise_attributes_too() -> None:
    urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
    rules = rules_of(rule(f"""{{person: 'userType eq "Employee" and {urn}:department eq "Lab"'}}"""))
    inside = person(userType="employee", **{urn: {"department": "LAB"}})
    assert roles(resolve(inside, rules, SANDBOX)) == {"p": "member"}
    assert not resolve(person(userType="employee"), rules, SANDBOX).grants


def test_source_holds_for_people_of_that_source() -> None:
    rules = rules_of(rule("{source: okta}") + "sources: [okta, entra]\n")
    assert resolve(person(source="okta"), rules, SANDBOX).grants
    assert not resolve(person(source="entra"), rules, SANDBOX).grants


def test_every_rule_says_whether_it_holds_or_where_it_fails_first() -> None:
    found = {answer.rule: answer for answer in answers(person("ML Engineers", "AI-Evals-Users"), RULES)}
    assert found["engineers"].holds
    assert found["engineers"].groups == ("ML Engineers",)
    assert found["by convention"].groups == ("AI-Evals-Users",)
    assert found["leads"].failed == 'groups: in none of "Leads", "Heads"'
    assert found["contractors"].failed == 'person: is not so that userType eq "Contractor"'
    assert found["platform team"].failed == 'group: not in "Platform"'


# --- roles that only a group's name brings about


PLAIN = rules_of("""
rules:
  - name: plain
    when: {group_pattern: "AI-{place}-{role}"}
    grant: [{place: "{place}", role: "{role}"}]
  - name: account
    when: {group_pattern: "Org-{role}"}
    grant: [{account: "{role}"}]
""")


def test_without_a_table_the_parts_own_text_is_used() -> None:
    assert roles(resolve(person("ai-Evals (EU)-member"), PLAIN, SANDBOX)) == {"Evals (EU)": "member"}


def test_a_role_nobody_knows_is_parked_gives_no_account_and_the_other_grants_go_on() -> None:
    wish = resolve(person("AI-lab-news"), PLAIN, SANDBOX)
    assert (wish.account_role, wish.grants) == (None, ())
    (parked,) = wish.parked
    assert (parked.place, parked.role) == (PlaceName("lab"), "news")
    assert parked.reasons[0].group == "AI-lab-news"
    assert "member" in parked.why
    assert roles(resolve(person("AI-lab-news", "AI-lab-member"), PLAIN, SANDBOX)) == {"lab": "member"}


def test_lesson_33_a_groups_name_cannot_bring_about_an_administrator() -> None:
    wish = resolve(person("AI-lab-admin", "Org-owner", "Org-nobody"), PLAIN, SANDBOX)
    assert (wish.account_role, wish.grants) == (None, ())
    assert [(parked.place, parked.role) for parked in wish.parked] == [
        (PlaceName("lab"), "admin"), (None, "nobody"), (None, "owner"),
    ]  # fmt: skip
    assert any("allow_admin" in parked.why for parked in wish.parked)


def test_a_denied_place_is_not_parked_either() -> None:
    rules = rules_of("""
    rules:
      - name: plain
        when: {group_pattern: "AI-{place}-{role}"}
        grant: [{place: "{place}", role: "{role}"}]
      - name: not there
        when: {group_pattern: "Not in {place}"}
        deny: [{place: "{place}"}]
    """)
    wish = resolve(person("AI-lab-news", "AI-lab-member", "Not in lab"), rules, SANDBOX)
    assert (wish.account_role, wish.grants, wish.parked) == (None, (), ())


def test_a_denied_alias_denies_the_place_under_its_own_name_too() -> None:
    rules = rules_of("""
    places: {evals: {name: "Evals (EU)"}}
    rules:
      - name: by name
        when: {group: A}
        grant: [{place: "Evals (EU)", role: member}]
      - name: out
        when: {group: B}
        deny: [{place: evals}]
    """)
    assert roles(resolve(person("A"), rules, SANDBOX)) == {"evals": "member"}
    assert not resolve(person("A", "B"), rules, SANDBOX).grants


# --- platforms with several roles, custom roles and groups as principals

WIDE_RULES = rules_of(
    """
    rules:
      - name: lab
        when: {group: Lab}
        grant: [{place: p, role: member}, {place: p, role: Reviewer}, {place: q, role: member, to: group}]
      - name: leads
        when: {group: Leads}
        grant: [{place: p, role: owner, allow_admin: true}, {account: Auditor}]
      - name: not q
        when: {group: Closed}
        deny: [{place: q}]
    """,
    HEAD.replace("sandbox", "wide").replace("user", "reader") + "connection: {admin_api_key: '${ADMIN_KEY}'}\n",
)


def test_where_a_place_takes_several_roles_all_are_given_each_with_its_own_reasons() -> None:
    wish = resolve(person("Lab", "Leads"), WIDE_RULES, WIDE)
    assert [(grant.role, {reason.rule for reason in grant.reasons}) for grant in wish.grants] == [
        ("Reviewer", {"lab"}), ("member", {"lab"}), ("owner", {"leads"}),
    ]  # fmt: skip


def test_where_only_one_role_fits_a_published_one_wins_over_a_custom_one() -> None:
    one = replace(WIDE, roles_per_place="one")
    assert roles(resolve(person("Lab"), WIDE_RULES, one)) == {"p": "member"}


def test_a_custom_account_role_is_given_beside_the_ordered_one() -> None:
    wish = resolve(person("Leads"), WIDE_RULES, WIDE)
    assert (wish.account_role, [each.role for each in wish.account_custom]) == ("reader", ["Auditor"])


def test_to_group_gives_the_role_to_the_group_and_the_member_an_account() -> None:
    lab = resolve_group("LAB", "default", WIDE_RULES, WIDE)
    assert [(grant.place.alias, grant.role) for grant in lab] == [("q", "member")]
    rules = replace(WIDE_RULES, rules=(replace(WIDE_RULES.rules[0], grants=WIDE_RULES.rules[0].grants[2:]),))
    wish = resolve(person("Lab"), rules, WIDE)
    assert (wish.account_role, wish.grants) == ("reader", ())


def test_a_group_of_another_source_or_of_another_name_gets_nothing() -> None:
    assert resolve_group("Lab", "entra", WIDE_RULES, WIDE) == ()
    assert resolve_group("Leads", "default", WIDE_RULES, WIDE) == ()


def calls_of(deed: Callable[[], object]) -> int:
    """How many functions are called while this runs: the same on every machine."""
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        deed()
    finally:
        sys.setprofile(None)
    return calls


def test_one_person_costs_by_their_own_groups_and_not_by_the_number_of_rules() -> None:
    rule_text = "  - name: r{0}\n    when: {{group: G{0}}}\n    grant: [{{place: p{0}, role: member}}]\n"
    costs = []
    for size in (20, 400):
        rules = rules_of("rules:\n" + "".join(rule_text.format(number) for number in range(size)))
        resolve(person("warm"), rules, SANDBOX)
        wanted = person("G7", "nothing")
        assert roles(resolve(wanted, rules, SANDBOX)) == {"p7": "member"}
        costs.append(calls_of(partial(resolve, person("G8", "something"), rules, SANDBOX)))
    assert costs[0] == costs[1]


def test_a_group_that_many_are_in_is_matched_against_the_patterns_once() -> None:
    pattern_text = '  - name: r{0}\n    when: {{group_pattern: "P{0}-{{x}}"}}\n    grant: [{{place: p, role: member}}]\n'
    rules = rules_of("rules:\n" + "".join(pattern_text.format(number) for number in range(100)))
    first = calls_of(partial(resolve, person("P1-a"), rules, SANDBOX))
    second = calls_of(partial(resolve, person("P1-a", userName="grace@example.com"), rules, SANDBOX))
    assert second < first / 3
