"""gzip, both ways: large answers where the client takes it, bodies up to the limit of any body."""

from __future__ import annotations

import gzip
import json
import zlib
from typing import Any

import pytest
from flask import Flask, Request, Response
from werkzeug.test import EnvironBuilder, TestResponse

from scim_bridge.db import Database
from scim_bridge.directory.tables import person
from scim_bridge.scim.errors import InvalidSyntax, PayloadTooLarge
from scim_bridge.web.coding import WORTH_IT, deflate, inflated
from scim_bridge.web.options import Options
from tests.web.doors import TOKEN, Scim, open_door

HEADERS = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/scim+json", "Content-Encoding": "gzip"}
ADA = b'{"userName": "ada@example.com"}'


def sent(scim: Scim, content: bytes, **headers: str) -> TestResponse:
    return scim.client.post("/scim/v2/Users", data=content, headers=HEADERS | headers)


@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "GZIP", " gzip "])
def test_a_body_in_gzip_is_read(scim: Scim, coding: str) -> None:
    assert sent(scim, gzip.compress(ADA), **{"Content-Encoding": coding}).status_code == 201
    assert scim.found("Users", 'userName eq "ada@example.com"')


BROKEN = {
    "no gzip": ADA,
    "cut off": gzip.compress(ADA)[:-9],
    "no end": gzip.compress(ADA)[:-1],
    "a wrong check sum": gzip.compress(ADA)[:-8] + b"\0" * 8,
    "something after it": gzip.compress(ADA) + b"x",
    "another after it": gzip.compress(ADA) * 2,
    "ten thousand after it": gzip.compress(b"") * 10_000,
    "zlib's own form": zlib.compress(ADA),
    "gzip in gzip": gzip.compress(gzip.compress(ADA)),
    "nothing": b"",
    "gzip of nothing": gzip.compress(b""),
    "not UTF-8": gzip.compress(b'{"userName": "\xff"}'),
    "deep": gzip.compress(b"[" * 1_000_000),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_body_in_broken_gzip_is_400_and_nothing_is_stored(scim: Scim, name: str) -> None:
    answer = sent(scim, BROKEN[name])
    assert (answer.status_code, answer.json["scimType"]) == (400, "invalidSyntax")
    assert scim.rows(person) == 0


def test_a_bomb_is_413_and_is_never_inflated(database: Database) -> None:
    scim = open_door(database, Options(max_body_bytes=100_000))
    bomb = gzip.compress(b" " * 50_000_000)
    assert len(bomb) < 100_000
    assert sent(scim, bomb).status_code == 413
    assert sent(scim, gzip.compress(ADA + b" " * 100_000)).status_code == 413
    assert sent(scim, gzip.compress(ADA + b" " * (100_000 - len(ADA)))).status_code == 201


def test_no_more_than_the_limit_is_ever_made() -> None:
    """Of a body of a thousand times the limit, the sum of what is made is the limit and a byte."""
    with pytest.raises(PayloadTooLarge):
        inflated(gzip.compress(b"x" * 10_000_000), 10_000)
    assert inflated(gzip.compress(b"x" * 10_000), 10_000) == b"x" * 10_000
    with pytest.raises(InvalidSyntax):
        inflated(gzip.compress(b"x" * 10_000)[:-10], 10_000)


@pytest.mark.parametrize("coding", ["br", "deflate", "zstd", "gzip, gzip", "identity, gzip"])
def test_another_coding_is_415_and_the_answer_names_gzip(scim: Scim, coding: str) -> None:
    answer = sent(scim, ADA, **{"Content-Encoding": coding})
    assert (answer.status_code, answer.headers["Accept-Encoding"]) == (415, "gzip")


def test_another_kind_of_content_is_415_and_says_nothing_of_codings(scim: Scim) -> None:
    answer = sent(scim, gzip.compress(ADA), **{"Content-Type": "application/xml"})
    assert answer.status_code == 415
    assert "Accept-Encoding" not in answer.headers


def schemas(scim: Scim, accepted: str | None, method: str = "GET") -> TestResponse:
    return scim.send(method, "/Schemas", headers={} if accepted is None else {"Accept-Encoding": accepted})


@pytest.mark.parametrize("accepted", ["gzip", "gzip,deflate", "GZIP", "*", "br, gzip;q=0.1"])
def test_a_large_answer_is_in_gzip_where_the_client_takes_it(scim: Scim, accepted: str) -> None:
    plain, packed = schemas(scim, None), schemas(scim, accepted)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.get_data()) == plain.get_data()
    assert int(packed.headers["Content-Length"]) == len(packed.get_data()) < len(plain.get_data())
    assert plain.vary.as_set() == packed.vary.as_set() == {"accept-encoding"}


@pytest.mark.parametrize("accepted", [None, "", "identity", "deflate", "gzip;q=0", "*;q=0", "gzip;q=0, *"])
def test_a_client_that_does_not_take_gzip_gets_none(scim: Scim, accepted: str | None) -> None:
    answer = schemas(scim, accepted)
    assert "Content-Encoding" not in answer.headers
    assert answer.json["totalResults"] > 0


def test_a_short_answer_and_an_empty_one_are_left_as_they_are(scim: Scim) -> None:
    taking = {"Accept-Encoding": "gzip"}
    ada = scim.send("POST", "/Users", {"userName": "ada@example.com"}, headers=taking)
    for answer in (ada, scim.send("DELETE", f"/Users/{ada.json['id']}", headers=taking), scim.send("GET", "/Nothing", headers=taking)):
        assert "Content-Encoding" not in answer.headers
        assert "Vary" not in answer.headers


def test_a_head_request_is_answered_as_the_get_would_be_without_its_content(scim: Scim) -> None:
    got, headed = schemas(scim, "gzip"), schemas(scim, "gzip", "HEAD")
    same = ("Content-Encoding", "Content-Length", "Content-Type", "Vary")
    assert [headed.headers[name] for name in same] == [got.headers[name] for name in same]
    assert headed.get_data() == b""


def streamed(parts: Any) -> Response:
    return Response(iter(parts), content_type="application/scim+json")


def test_a_streamed_answer_is_packed_part_by_part() -> None:
    drawn = []

    def parts() -> Any:
        for number in range(200):
            drawn.append(number)
            yield json.dumps({"value": f"member {number * 7919 % 1000} of many"}).encode()

    with Flask("streams").app_context():
        answer = deflate(Request(EnvironBuilder(headers={"Accept-Encoding": "gzip"}).get_environ()), streamed(parts()))
        assert drawn == []
        assert "Content-Length" not in answer.headers
        assert gzip.decompress(b"".join(answer.iter_encoded())).count(b"member") == 200


def test_what_fits_one_packet_is_not_worth_it() -> None:
    taking = Request(EnvironBuilder(headers={"Accept-Encoding": "gzip"}).get_environ())
    with Flask("sizes").app_context():
        sizes = {size: deflate(taking, Response(b"x" * size)).headers.get("Content-Encoding") for size in (WORTH_IT - 1, WORTH_IT)}
    assert sizes == {WORTH_IT - 1: None, WORTH_IT: "gzip"}
