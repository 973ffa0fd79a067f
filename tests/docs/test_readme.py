"""What the README shows is so: its mapping file loads and its test passes, its requests are what the server takes."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import UTC, datetime

from scim_bridge.db import Database
from scim_bridge.directory.sources import add
from scim_bridge.intake.groups import create_group
from scim_bridge.intake.push import Push
from scim_bridge.intake.users import create_user, patch_user
from scim_bridge.mapping.cases import load_cases
from scim_bridge.mapping.load import load_files
from scim_bridge.mapping.trial import run_cases
from scim_bridge.wiring import CONNECTORS
from tests.docs.pages import PAGES, ROOT, blocks_of, text_of

README = ROOT / "README.md"


def mapping_files() -> dict[str, bytes]:
    files = {}
    for language, content in blocks_of(README):
        named = re.match(r"# mappings/(\S+)\n", content)
        if language == "yaml" and named is not None:
            files[named[1]] = content.encode()
    return files


def test_the_mapping_file_loads_without_a_warning_and_its_test_passes() -> None:
    files = mapping_files()
    loaded = load_files(files, CONNECTORS, {"ANTHROPIC_ADMIN_KEY": "sk-ant-admin-example"})
    assert (loaded.errors, loaded.warnings) == ((), ())
    assert loaded.rules is not None
    cases = load_cases(files, loaded.rules, CONNECTORS)
    results = run_cases(cases.cases, loaded.rules, CONNECTORS)
    assert [str(difference) for result in results for difference in result.differences] == []
    assert len(results) == 1


def test_the_requests_of_the_first_user_and_group_are_taken(database: Database) -> None:
    shell = "".join(content for language, content in blocks_of(README) if language == "sh")
    bodies = re.findall(r"-d '(\{.*?\})'(?: \|)?$", shell, flags=re.DOTALL | re.MULTILINE)
    user, group, leaving = (body.replace("'$ID'", "@ID@") for body in bodies)
    with database.writing() as connection:
        source = add(connection, "default", kind="other", initiator="test", now=datetime.now(UTC))
        push = Push(source.id, source.name, "test", datetime.now(UTC), "http://127.0.0.1:8080/scim/v2")
        made = create_user(connection, push, json.loads(user))
        create_group(connection, push, json.loads(group.replace("@ID@", made.scim_id)))
        assert not patch_user(connection, push, made.scim_id, json.loads(leaving)).active


def test_every_shell_block_is_well_formed() -> None:
    for page in PAGES:
        for language, content in blocks_of(page):
            if language == "sh":
                subprocess.run(["sh", "-n"], input=content, text=True, check=True)


def test_the_version_that_is_shown_is_the_version() -> None:
    said = subprocess.run([sys.executable, "-m", "scim_bridge", "--version"], cwd=ROOT, capture_output=True, text=True, check=True)
    version = said.stdout.strip().rpartition(" ")[2]
    assert f"SCIM Bridge {version} is running" in text_of(README)
    assert f"## [{version}] - " in text_of(ROOT / "CHANGELOG.md")


def test_no_page_names_a_path_of_somebodys_machine() -> None:
    assert [page.name for page in PAGES if re.search(r"(?<![\w.])/(work|tmp|home|root|Users/[a-z])/", text_of(page))] == []
