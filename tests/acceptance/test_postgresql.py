"""The bridge on PostgreSQL, by one setting: what a customer with several machines runs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from scim_bridge.connectors.sandbox import SandboxStore
from tests.acceptance.bridge import Bridge
from tests.databases import POSTGRESQL_KIND, fresh

FILE = """
version: 1
connector: sandbox
connection: {path: lab.db}
accounts: {role: user}
rules:
  - {name: researchers, when: {group: Research}, grant: [{place: research, role: member}]}
mode: apply
"""


@pytest.fixture(scope="module", params=[POSTGRESQL_KIND])
def bridges(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Bridge, Bridge]]:
    """Two installations with the same mapping files, each with web server and worker, on one empty database."""
    folder = tmp_path_factory.mktemp("postgresql")
    with fresh("postgresql", folder, tables=False) as database:
        file = FILE.replace("lab.db", str(folder / "lab.db"))
        made = []
        for name in ("one", "two"):
            (folder / name).mkdir()
            made.append(Bridge(folder / name, {"lab.yaml": file}, database_url=database.url))
            made[-1].start()
        yield made[0], made[1]
        assert [each.stop() for each in made] == [0, 0]


@pytest.fixture(scope="module")
def lab(bridges: tuple[Bridge, Bridge]) -> SandboxStore:
    """The platform, as its own people see it."""
    return SandboxStore(bridges[0].folder.parent / "lab.db", ("research", "production"))


def inside(lab: SandboxStore) -> list[str]:
    return sorted(row["email"] for row in lab.show()["memberships"] if row["place"] == "research")


def test_shown_by_6_a_push_is_access_and_its_end_is_the_end_of_it(bridges: tuple[Bridge, Bridge], lab: SandboxStore) -> None:
    one, two = bridges
    one.hire("ada@example.com", "Research")
    assert one.until(lambda: inside(lab) == ["ada@example.com"], seconds=30)
    assert two.run("work", "wait", "--timeout", "30")[0] == 0
    assert two.holdings("--person", "ada@example.com")[("lab", "ada@example.com", "research")] == "held"
    two.people.update(one.people)
    two.deactivate("ada@example.com")  # at the other door
    assert two.until(lambda: inside(lab) == [], seconds=30)
    assert one.run("work", "wait", "--timeout", "30")[0] == 0
    assert not any(row["email"] == "ada@example.com" for row in lab.show()["accounts"])


def test_two_workers_on_one_database_do_nothing_twice(bridges: tuple[Bridge, Bridge], lab: SandboxStore) -> None:
    one, two = bridges
    names = [f"user{number:02}@example.com" for number in range(30)]
    for number, name in enumerate(names):
        bridges[number % 2].hire(name)
    people = [*one.people.items(), *two.people.items()]
    one.put_into("Research", *(user for name, user in people if name in names))
    assert one.until(lambda: inside(lab) == names, seconds=60)
    assert one.run("work", "wait", "--timeout", "30")[0] == 0
    code, told = one.run("audit", "show", "--limit", "1000")
    assert code == 0
    for action in ("invite", "grant"):
        assert sorted(each["subject"] for each in told["records"] if each["action"] == action and each["subject"] in names) == names
    assert sorted(row["email"] for row in lab.show()["invitations"] if row["email"] in names) == names
    assert one.run("audit", "verify")[0] == 0
