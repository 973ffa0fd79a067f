"""How text is compared where case does not count (RFC 7643 section 2.2, caseExact false)."""

from unicodedata import normalize


def fold(text: str) -> str:
    """The form under which two spellings are the same: NFC and case folding, `ZOË` in either normal form as `zoë`.

    The directory stores it beside the text, so that SQL and Python agree (SQLite's own lower() knows ASCII only).
    """
    if text.isascii():
        return text.lower()
    return normalize("NFC", normalize("NFC", text).casefold())
