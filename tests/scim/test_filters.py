from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from scim_bridge.scim import filters, grammar
from scim_bridge.scim.errors import InvalidFilter
from scim_bridge.scim.filters import And, Compare, Node, Not, Or, Present, ValuePath, parse_filter
from scim_bridge.scim.registry import ENTERPRISE_URN, GROUP, USER, USER_URN


def written(node: Node) -> str:
    """A tree as text with every parenthesis, so that a table can say what is expected."""
    match node:
        case And(terms):
            return "(" + " & ".join(map(written, terms)) + ")"
        case Or(terms):
            return "(" + " | ".join(map(written, terms)) + ")"
        case Not(term):
            return f"!{written(term)}"
        case Present(ref):
            return f"{ref.path}?"
        case ValuePath(ref, inner):
            return f"{ref.path}[{written(inner)}]"
        case Compare(ref, op, value):
            return f"{ref.path} {op} {value!r}"


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        # RFC 7644 section 3.4.2.2, figure 2
        ('userName eq "bjensen"', "userName eq 'bjensen'"),
        ('name.familyName co "O\'Malley"', 'name.familyName co "O\'Malley"'),
        (f'{USER_URN}:userName sw "J"', "userName sw 'J'"),
        ("title pr", "title?"),
        ('meta.lastModified gt "2011-05-13T04:42:34Z"', "meta.lastModified gt '2011-05-13T04:42:34.000000Z'"),
        ('title pr and userType eq "Employee"', "(title? & userType eq 'Employee')"),
        ('title pr or userType eq "Intern"', "(title? | userType eq 'Intern')"),
        (f'schemas eq "{ENTERPRISE_URN}"', f"schemas eq '{ENTERPRISE_URN}'"),
        (
            'userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")',
            "(userType eq 'Employee' & (emails.value co 'example.com' | emails.value co 'example.org'))",
        ),
        (
            'userType ne "Employee" and not (emails co "example.com")',
            "(userType ne 'Employee' & !emails.value co 'example.com')",
        ),
        (
            'emails[type eq "work" and value co "@ex"] or ims[type eq "xmpp" and value co "@foo.com"]',
            "(emails[(emails.type eq 'work' & emails.value co '@ex')] | ims[(ims.type eq 'xmpp' & ims.value co '@foo.com')])",
        ),
        # precedence: grouping, not, and, or
        ('title pr or nickName pr and locale pr', "(title? | (nickName? & locale?))"),
        ('title pr and nickName pr or locale pr', "((title? & nickName?) | locale?)"),
        ('(title pr or nickName pr) and locale pr', "((title? | nickName?) & locale?)"),
        ('not (title pr) and nickName pr', "(!title? & nickName?)"),
        ('not(title pr or nickName pr)', "!(title? | nickName?)"),
        ('title pr and nickName pr and locale pr', "(title? & nickName? & locale?)"),
        ('title pr or (nickName pr or locale pr)', "(title? | (nickName? | locale?))"),
        # values
        ('title eq "say \\"hi\\" \\\\ caf\\u00e9 \\/"', "title eq 'say \"hi\" \\\\ café /'"),
        ("active eq true", "active eq True"),
        ("active eq False", "active eq False"),
        ('active ne "TRUE"', "active ne True"),
        ('roles[primary eq "True"]', "roles[roles.primary eq True]"),
        ("title eq null", "!title?"),
        ("title ne NULL", "title?"),
        # names
        ('EMAILS.Value Eq "x"', "emails.value eq 'x'"),
        (f'{ENTERPRISE_URN.upper()}:Department eq "Lab"', f"{ENTERPRISE_URN}:department eq 'Lab'"),
        (f'{ENTERPRISE_URN}:manager.value eq "x"', f"{ENTERPRISE_URN}:manager.value eq 'x'"),
        ('id eq "a" and manager eq "b"', f"(id eq 'a' & {ENTERPRISE_URN}:manager.value eq 'b')"),
        # shapes outside the grammar that Entra sends, and a value path on a single-valued attribute
        ('emails[type eq "work"].value eq "x"', "emails[(emails.type eq 'work' & emails.value eq 'x')]"),
        ('emails[type eq "work"] eq "x"', "emails[(emails.type eq 'work' & emails.value eq 'x')]"),
        ('emails[type eq "work"] pr', "emails[emails.type eq 'work']"),
        ('emails[not (type eq "work")]', "emails[!emails.type eq 'work']"),
        ('name[familyName eq "x"]', "name.familyName eq 'x'"),
        # white space
        ('title\r\n\tpr', "title?"),
        ('  userName   eq\t"x" ', "userName eq 'x'"),
    ],
)
def test_a_filter_is_read_as_the_rfc_means_it(text: str, tree: str) -> None:
    assert written(parse_filter(text, USER)) == tree


def test_members_are_compared_by_their_value() -> None:
    node = parse_filter('id eq "g" and MEMBERS eq "u"', GROUP)

    assert written(node) == "(id eq 'g' & members.value eq 'u')"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        ("  ", "empty"),
        ('userName regex "a"', "'regex' at position 10"),
        ("userName eq", "ends too early"),
        ('userName eq "a" and', "ends too early"),
        ('(userName eq "a"', "ends too early"),
        ('userName eq "a")', "')' at position 16"),
        ("userName eq 'a'", "double quotes"),
        ('userName eq "a', "position 13 is not a JSON string"),
        ('userName eq "a\\q"', "position 13 is not a JSON string"),
        ('userName eq "a\nb"', "position 13 is not a JSON string"),
        ("userName sw O", "'O' at position 13"),
        ("é pr", "'é' at position 1"),
        ("not title pr", "position 5"),
        ("title", "ends too early"),
        ("userName eq 10", "text"),
        ("userName eq true", "text"),
        ("userName eq 01", "position"),
        ("meta.created gt 2011-05-13T04:42:34Z", "position 17"),
        ("active gt true", "'gt' cannot compare 'active'"),
        ('active co "tr"', "'co' cannot compare 'active'"),
        ('active eq "yes"', "true or false"),
        ("active eq 1", "true or false"),
        ('x509Certificates.value gt "a"', "binary"),
        ('meta.created eq "yesterday"', "date and time"),
        ('meta.created eq "2026-02-30T00:00:00Z"', "date and time"),
        ('meta.created sw "2026"', "'sw' cannot compare"),
        ("title gt null", "null"),
        ('name eq "x"', "complex"),
        ('meta eq "x"', "complex"),
        ('addresses eq "x"', "complex"),
        ("password pr", "cannot be asked for"),
        ('PassWord eq "x"', "cannot be asked for"),
        ('emails[addresses[type eq "a"]]', "brackets within"),
        ('emails[type eq "a"][value eq "b"]', "brackets within"),
        ('title[value eq "x"]', "brackets"),
        ('schemas[value eq "x"]', "brackets"),
        ('emails.value[type eq "x"]', "brackets"),
        ('emails[nothing eq "x"]', "'emails' has no attribute 'nothing'"),
        ('emails[emails.type eq "x"]', "has no attribute"),
        ('emails[type eq "x"].nothing eq "y"', "'nothing'"),
        (f"{USER_URN} pr", "no attribute"),
        ('urn:example:2.0:User:title eq "x"', "no attribute"),
        ('title eq "\\u0000"', "characters"),
        ('title eq "\\ud800"', "characters"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_a_sentence(text: str, says: str) -> None:
    with pytest.raises(InvalidFilter) as refused:
        parse_filter(text, USER)

    assert says in refused.value.detail


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ('title pr and unknown eq "x"', 14),
        ('title pr and name.unknown eq "x"', 14),
        ('emails[unknown eq "x"]', 8),
        ('title pr or emails[type eq "x"].unknown eq "y"', 13),
        ('title pr or PASSWORD eq "x"', 13),
        ("title pr or active gt true", 13),
        ('title pr or x509Certificates.value lt "x"', 13),
        ('emails[type eq "a" and addresses[type eq "b"]]', 24),
        ('emails[type eq "a"][type eq "b"]', 1),
        ("title pr or userName eq ada", 25),
        ("userName eq ada@example.com", 13),
        ("title pr or active eq 1", 23),
        ('title eq "a" and meta.created gt "today"', 34),
        ("title pr and userName eq 7", 26),
        ('title pr and meta.version eq "x"', 14),
        ("title pr and userName gt null", 14),
        ("title pr and name eq \"x\"", 14),
        ("title pr and", 13),
        ("title pr )", 10),
    ],
)
def test_what_is_wrong_is_told_with_its_position_also_when_the_shape_was_read_before(text: str, position: int) -> None:
    for _ in range(2):
        with pytest.raises(InvalidFilter, match=rf"position {position}\b"):
            parse_filter(text, USER)


def test_unquoted_text_is_told_how_text_is_written() -> None:
    with pytest.raises(InvalidFilter, match="double quotes"):
        parse_filter("userName eq ada", USER)


def test_a_shape_is_read_once_and_its_values_are_checked_every_time() -> None:
    filters._SHAPES.clear()
    read = [parse_filter(f'userName EQ "{name}" and active eq "{flag}"', USER) for name, flag in (("a", "True"), ("b", "false"))]

    assert [written(each) for each in read] == ["(userName eq 'a' & active eq True)", "(userName eq 'b' & active eq False)"]
    assert len(filters._SHAPES) == 1
    with pytest.raises(InvalidFilter, match="true or false"):
        parse_filter('USERNAME eq "c" AND active eq "maybe"', USER)
    assert len(filters._SHAPES) == 1


def test_the_same_shape_means_another_thing_for_another_resource() -> None:
    for kind, path in ((USER, "displayName"), (GROUP, "displayName")):
        node = parse_filter('displayName eq "x"', kind)
        assert isinstance(node, Compare)
        assert (node.ref.path, node.ref.schema_urn) == (path, kind.schema.id)


def test_somebody_who_makes_shapes_up_fills_no_memory() -> None:
    for number in range(filters.MAX_SHAPES + 10):
        parse_filter(" or ".join(f"{'not ' if number >> bit & 1 else ''}(title pr)" for bit in range(11)), USER)

    assert len(filters._SHAPES) <= filters.MAX_SHAPES


@pytest.mark.parametrize(
    "text",
    [
        'unknown eq "x"',
        'userName eq "ada" and unknown eq "x"',
        'userName eq "ada" or unknown eq "x"',
        "not (unknown pr)",
        'name.unknown eq "x"',
        'emails[unknown eq "x"]',
        'members eq "x"',
        "emails.$ref pr",
        'trueName eq "x"',
        'nullable eq "x"',
        'falsePositive eq "x"',
    ],
)
def test_lesson_06_an_unknown_attribute_is_refused_and_never_dropped(text: str) -> None:
    with pytest.raises(InvalidFilter, match="has no attribute"):
        parse_filter(text, USER)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("(" * (grammar.MAX_DEPTH + 1) + "title pr" + ")" * (grammar.MAX_DEPTH + 1), "deep"),
        (" or ".join(["title pr"] * (grammar.MAX_TERMS + 1)), "comparisons"),
        ('title eq "' + "x" * grammar.MAX_LENGTH + '"', "characters"),
        ("(" * 4000, "deep"),
        ("not (" * 700 + "title pr" + ")" * 700, "characters|deep"),
        ("[" * 3000, "deep"),
    ],
)
def test_lesson_06_beyond_a_cap_a_filter_is_refused(text: str, says: str) -> None:
    with pytest.raises(InvalidFilter, match=says):
        parse_filter(text, USER)


@pytest.mark.parametrize(
    "text",
    [
        "(" * grammar.MAX_DEPTH + "title pr" + ")" * grammar.MAX_DEPTH,
        " or ".join(["title pr"] * grammar.MAX_TERMS),
        " and ".join(["not (title pr)"] * grammar.MAX_TERMS),
        "not (" * grammar.MAX_DEPTH + "title pr" + ")" * grammar.MAX_DEPTH,
    ],
)
def test_lesson_06_up_to_the_caps_a_filter_is_read_on_a_shallow_stack(text: str) -> None:
    limit = sys.getrecursionlimit()
    depth = len(_frames())
    sys.setrecursionlimit(depth + 250)
    try:
        parse_filter(text, USER)
    finally:
        sys.setrecursionlimit(limit)


def _frames() -> list[object]:
    frame, found = sys._getframe(), []
    while frame is not None:
        found.append(frame)
        frame = frame.f_back  # type: ignore[assignment]
    return found


def test_threads_do_not_disturb_each_other() -> None:
    texts = [f'userName eq "{n}" or emails[type eq "work" and value co "{n}"] and not (title sw "{n}")' for n in range(60)]
    alone = [parse_filter(text, USER) for text in texts]

    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda text: parse_filter(text, USER), texts * 4))

    assert together == alone * 4


def test_equal_filters_are_equal_values() -> None:
    one = parse_filter('emails[type eq "work"].value eq "x" or not (title pr)', USER)
    other = parse_filter('EMAILS[TYPE EQ "work"].VALUE EQ "x" OR NOT (TITLE PR)', USER)

    assert one == other
    assert hash(one) == hash(other)
