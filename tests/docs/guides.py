"""A guide that is run: the commands, requests and answers it shows, in order, against a bridge that was just started.

How a guide is written, and what the run makes of its fenced blocks:

- `ini`: lines that go into the file `.env`.
- `console`: lines with `$ ` are commands (`make run`, `scim-bridge ...`, `curl ...`); what stands below one is its answer.
- `http`: a request and, after an empty line, its answer; as many such pairs as one likes.

In an answer `...` is whatever differs or was left out (alone on a line: any lines), and `<name>` is something the bridge made
up: kept when it is seen first, the same ever after, in requests too. Blanks, empty lines and the rules of tables do not count.
Other blocks are for reading.
"""

from __future__ import annotations

import http.client
import json
import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from click.testing import CliRunner

from scim_bridge.cli import cli
from tests.acceptance.bridge import ROOT, Bridge
from tests.docs.pages import blocks_of

PUBLIC = "https://bridge.example.com"
LOCAL = "127.0.0.1:8080"
_REQUEST = re.compile(r"(GET|POST|PUT|PATCH|DELETE) (/\S*)(?:\n(.*))?", re.DOTALL)
_NAME = r"<([a-z][a-z ]*)>"
_HOLE = re.compile(rf"(\.\.\., |\.\.\.|{_NAME.replace('(', '(?:')})")


@dataclass(frozen=True)
class Step:
    """Something one does (`setting`, `command` or `request`), and the answer that the guide shows."""

    kind: str
    deed: str
    answer: str = ""


def steps_of(page: Path) -> list[Step]:
    """Every step of a guide, in its order."""
    readers = {"ini": _settings, "console": _commands, "http": _requests}
    return [step for language, content in blocks_of(page) if language in readers for step in readers[language](content)]


def _settings(content: str) -> Iterator[Step]:
    for line in content.splitlines():
        if line.strip() and not line.startswith("#"):
            yield Step("setting", line)


def _commands(content: str) -> Iterator[Step]:
    for piece in re.split(r"^\$ ", content, flags=re.MULTILINE)[1:]:
        deed, _, answer = re.sub(r"\\\n\s*", "", piece).partition("\n")
        yield Step("command", deed, answer)


def _requests(content: str) -> Iterator[Step]:
    pieces = re.split(r"\n\s*\n", content.strip())
    assert len(pieces) % 2 == 0, f"a request without an answer: {content}"
    for request, answer in zip(pieces[::2], pieces[1::2], strict=True):
        yield Step("request", request, answer)


class Fresh(Bridge):
    """A bridge as it is on its first start: the shipped mapping files, no token yet."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, {path.name: path.read_text() for path in (ROOT / "mappings").glob("*.yaml")})

    @property
    def environment(self) -> dict[str, str]:
        theirs = {name: value for name, value in super().environment.items() if name != "SCIM_BRIDGE_BOOTSTRAP_TOKEN"}
        return theirs | {"SCIM_BRIDGE_MAPPINGS": "mappings", "COLUMNS": "160"}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Ended, where it was started at all."""
        if self._process is not None:
            self.stop()

    def greeting(self) -> str:
        """What `serve` prints once it runs."""
        log = self.folder / "serve.log"
        assert self.until(lambda: "Ctrl-C" in log.read_text(), seconds=40), log.read_text()
        return log.read_text()


@dataclass
class Guide:
    """One run, in the bridge's folder as working directory.

    `known` are values for `<name>`. `instead` says what stands for an address or an id that exists on the page only.
    """

    bridge: Fresh
    client: str
    known: dict[str, str] = field(default_factory=dict)
    instead: Mapping[str, str] = field(default_factory=dict)

    def take(self, step: Step) -> None:
        """One step. Fails, and says both, when its answer is not as it is shown."""
        deed = re.sub(_NAME, lambda found: self.known[found[1]], self._here(step.deed))
        if step.kind == "setting":
            with (self.bridge.folder / ".env").open("a") as file:
                file.write(deed + "\n")
        elif step.kind == "request":
            self._compare(step, self._request(deed), _exchange)
        elif deed.startswith("curl "):
            self._compare(step, self._curl(deed), _document)
        else:
            self._compare(step, self._command(deed), _lines)

    # doing

    def _command(self, deed: str) -> str:
        words = shlex.split(deed)
        if words == ["make", "run"]:
            self.bridge.start()
            return self.bridge.greeting()
        assert words[0] == "scim-bridge", f"no command that a guide should need: {deed}"
        return CliRunner().invoke(cli, words[1:], env=self.bridge.environment, catch_exceptions=False).output

    def _curl(self, deed: str) -> str:
        """As much of curl as a guide needs: `-sS`, headers, an address."""
        found = re.fullmatch(rf"curl -sS(?: -H '([^']+)')? '{PUBLIC}(/[^']*)'", deed)
        assert found is not None, f"more of curl than a guide should need: {deed}"
        name, _, value = (found[1] or "Accept: */*").partition(": ")
        return self._send("GET", found[2], None, {name: value})[1]

    def _request(self, deed: str) -> str:
        found = _REQUEST.fullmatch(deed)
        assert found is not None, f"no request: {deed}"
        method, path, body = found.groups()
        headers = {
            "Authorization": f"Bearer {self.known['token']}",
            "Accept": "application/scim+json",
            "Content-Type": "application/scim+json; charset=utf-8",
            "User-Agent": self.client,
        }
        return "\n".join(self._send(method, path, json.dumps(json.loads(body)) if body else None, headers))

    def _send(self, method: str, path: str, body: str | None, headers: Mapping[str, str]) -> tuple[str, str]:
        """As the proxy passes it on. The status with its phrase, and the body."""
        forwarded = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": urlsplit(PUBLIC).netloc}
        connection = http.client.HTTPConnection("127.0.0.1", self.bridge.port, timeout=20)
        try:
            connection.request(method, path, body, {**headers, **forwarded})
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        return f"{answer.status} {HTTPStatus(answer.status).phrase}", json.dumps(json.loads(text), ensure_ascii=False) if text else ""

    # comparing

    def _compare(self, step: Step, given: str, plain: Callable[[str], str]) -> None:
        shown = plain(self._here(step.answer))
        given = plain(given).replace(f"127.0.0.1:{self.bridge.port}", LOCAL)
        found = re.fullmatch(self._pattern(shown), f"{given}\n")
        assert found is not None, f"\n$ {step.deed}\n--- the guide shows\n{shown}\n--- the bridge answers\n{given}"
        self.known |= {name.replace("_", " "): value for name, value in found.groupdict().items()}

    def _pattern(self, shown: str) -> str:
        lines = ["(?:.*\n)*?" if line == "..." else self._line(line) + "\n" for line in shown.split("\n")]
        seen: set[str] = set()
        return re.sub(r"\(\?P<(\w+)>[^)]*\)", lambda found: _once(found, seen), "".join(lines))

    def _line(self, line: str) -> str:
        return "".join(self._piece(piece) for piece in _HOLE.split(line))

    def _piece(self, piece: str) -> str:
        if piece.startswith("..."):
            return ".*?" if piece == "..." else "(?:.*?, )?"
        named = re.fullmatch(_NAME, piece)
        if named is None:
            return re.escape(piece)
        known = self.known.get(named[1])
        return re.escape(known) if known is not None else rf'(?P<{named[1].replace(" ", "_")}>[^\s"]+)'

    def _here(self, text: str) -> str:
        for said, stands in self.instead.items():
            text = text.replace(said, stands)
        return text


def _once(group: re.Match[str], seen: set[str]) -> str:
    """A name's first group; a second one of the same pattern must be the same text."""
    if group[1] in seen:
        return f"(?P={group[1]})"
    seen.add(group[1])
    return group[0]


def _lines(text: str) -> str:
    lines = [re.sub(r"[ \t]+", " ", line).strip() for line in text.splitlines()]
    return "\n".join(line for line in lines if line and not re.fullmatch(r"[─ ]+", line))


def _document(text: str) -> str:
    """JSON on one line, however it was broken."""
    return re.sub(r"(?<=[\[{]) | (?=[\]}])", "", re.sub(r"\s+", " ", text.strip()))


def _exchange(text: str) -> str:
    status, _, body = text.strip().partition("\n")
    return f"{status}\n{_document(body)}".strip()
