"""Logs go to stderr, all in one form: text on a terminal, else a JSON object a line."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from typing import Any

import structlog
from structlog.typing import Processor

from scim_bridge.settings import Settings

_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


def configure_logs(settings: Settings, *, quiet: bool = False) -> None:
    """Once a process. `quiet` is for commands that answer a person: they log errors alone, unless it is `debug`."""
    level = _LEVELS[settings.log_level]
    level = max(level, logging.ERROR) if quiet and level != logging.DEBUG else level
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, *_shared(), *_last(settings)],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=_Stderr,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(_Late())
    handler.setFormatter(formatter(settings))
    root = logging.getLogger()
    root.handlers[:] = [each for each in root.handlers if not _is_ours(each)] + [handler]
    # Libraries log what interests their authors; an operator wants what goes wrong in them.
    root.setLevel(max(level, logging.WARNING) if level != logging.DEBUG else logging.INFO)
    for client in ("httpx", "httpx2"):  # they log each address with its query, which names people
        logging.getLogger(client).setLevel(logging.WARNING)


def formatter(settings: Settings) -> logging.Formatter:
    """For records of the standard library: the same form."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.add_logger_name, *_shared()],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_last(settings)],
    )


def _shared() -> list[Processor]:
    return [structlog.processors.add_log_level, structlog.processors.TimeStamper(fmt="iso", utc=True, key="at")]


def _last(settings: Settings) -> list[Processor]:
    form = settings.log_format or ("text" if sys.stderr.isatty() else "json")
    if form == "text":
        # structlog's own choice on a terminal shows the local variables of every frame: tokens and people among them.
        plain = structlog.dev.plain_traceback
        look: dict[str, Any] = {"colors": sys.stderr.isatty(), "timestamp_key": "at", "pad_event_to": 0}
        return [structlog.dev.ConsoleRenderer(exception_formatter=plain, **look)]
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(default=str, ensure_ascii=False)]


class _Late:
    """stderr as it is when something is written, not as it was when logging was set up."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


class _Stderr:
    """What structlog writes a finished line to."""

    def __init__(self, *_: Any) -> None:
        self.msg = self.log = self.debug = self.info = self.warning = self.error = self.critical = self._write
        self.exception = self.fatal = self.failure = self._write

    def _write(self, line: str | Mapping[str, Any]) -> None:
        sys.stderr.write(f"{line}\n")


def _is_ours(handler: logging.Handler) -> bool:
    return isinstance(getattr(handler, "stream", None), _Late)
