"""The door under fuzz: a tenant with some people and groups, and what every answer must be like."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from contextlib import closing
from random import Random
from time import perf_counter

from flask import Flask

from scim_bridge.db import Database
from tests.fuzz.requests import Sent, drawn
from tests.web.doors import ERROR_URN, TOKEN, open_door

FEWEST, MOST = 4, 60
"""Resources of each kind between requests."""
KINDS = ("Users", "Groups")


class World:
    def __init__(self, database: Database) -> None:
        self.scim = open_door(database)
        self.statuses: Counter[int] = Counter()
        self.ids: dict[str, list[str]] = {kind: [] for kind in KINDS}
        self.seconds = 0.0  # what the last answer took
        self._made = 0
        self._furnish()

    @property
    def app(self) -> Flask:
        return self.scim.app

    def one(self, random: Random) -> tuple[Sent, list[str]]:
        """Draw a request, send it, and say what is wrong with the answer."""
        sent = drawn(random, [*self.ids["Users"], *self.ids["Groups"]], TOKEN)
        faults = self._send(sent)
        self._furnish()
        return sent, faults

    def _send(self, sent: Sent) -> list[str]:
        headers = [*sent.headers.items()]
        began = perf_counter()
        answer = self.scim.client.open(sent.path, method=sent.method, query_string=sent.query, headers=headers, data=sent.body)
        with closing(answer):
            content = answer.get_data()
            self.seconds = perf_counter() - began
            self.statuses[answer.status_code] += 1
        if "Content-Encoding" in answer.headers:
            content = gzip.decompress(content) if content else b""
        self._learn(sent, answer.status_code, content)
        return _faults(sent, answer.status_code, answer.headers.get("Content-Type", ""), content)

    def _learn(self, sent: Sent, status: int, content: bytes) -> None:
        kind = next((each for each in KINDS if f"/{each}" in sent.path), None)
        if kind is None:
            return
        if status == 201 and content:
            self.ids[kind].append(str(json.loads(content).get("id", "")))
        if status == 204 and sent.method == "DELETE":
            self.ids[kind] = [each for each in self.ids[kind] if each not in sent.path]

    def _furnish(self) -> None:
        """Never too few to speak of, nor so many that lists are all that is answered."""
        for kind in KINDS:
            if not FEWEST <= len(self.ids[kind]) <= MOST:
                self._again(kind)

    def _again(self, kind: str) -> None:
        found = self.scim.get(f"/{kind}", attributes="id", count=1_000).json["Resources"]
        ids = [str(each["id"]) for each in found]
        for surplus in ids[MOST // 2 :]:
            self.scim.delete(f"/{kind}/{surplus}")
        self.ids[kind] = ids[: MOST // 2]
        while len(self.ids[kind]) < FEWEST:
            self._made += 1
            make = self.scim.new_user if kind == "Users" else self.scim.new_group
            self.ids[kind].append(make(f"fuzz {self._made}"))


def _faults(sent: Sent, status: int, kind: str, content: bytes) -> list[str]:
    faults = []
    if status >= 500 and status != 501:
        faults.append(f"status {status}: {content[:300]!r}")
    if "html" in kind or content[:1] == b"<":
        faults.append("HTML")
    if status >= 400 and sent.method != "HEAD" and not sent.path.startswith(("/healthz", "/readyz")):
        faults += _faults_of_a_refusal(status, kind, content)
    return faults


def _faults_of_a_refusal(status: int, kind: str, content: bytes) -> list[str]:
    if kind != "application/scim+json":
        return [f"a refusal of type {kind!r}"]
    body = json.loads(content)
    right = body["schemas"] == [ERROR_URN] and body["status"] == str(status) and str(body["detail"]).strip()
    return [] if right else [f"a refusal without what belongs into it: {content[:300]!r}"]


