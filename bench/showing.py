"""What a bench prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table

from bench.least import Term, total
from bench.measure import RATES, Figures

out = Console(highlight=False, width=130)


def table(title: str, *columns: str) -> Table:
    made = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for number, column in enumerate(columns):
        made.add_column(column, justify="left" if number == 0 else "right")
    return made


def span(seconds: float) -> str:
    """For people: 0.012 s, 4.1 s, 83 min."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.1f} s" if seconds < 120 else f"{seconds / 60:.1f} min"


def show_intro(people: int, hurry: Mapping[str, float], seconds: float) -> None:
    out.print(f"{people:,} people adopted on both platforms in {seconds:.0f} s: an account, 2 places and 2 keys each.")
    out.print("The brake would hold so many leavers; its floor is set so that it does not.")
    for name, factor in hurry.items():
        rate = RATES[name]
        if rate is not None:
            out.print(f"{name}: asked {rate.per_minute:g} times a minute, {rate.burst} at once; here {factor:g} times as fast.")


def show_calls(name: str, found: Figures, least: Sequence[Term]) -> None:
    made = table(f"\n{name}: requests", "", "least possible", "made")
    for term in least:
        made.add_row(term.what, f"{term.requests:,}", "")
    writes = sum(number for (method, _), number in found.by_route.items() if method != "GET")
    made.add_row("writes", f"{sum(term.requests for term in least if ':' not in term.what):,}", f"{writes:,}")
    made.add_row("reads", f"{sum(term.requests for term in least if ':' in term.what):,}", f"{found.calls - writes:,}")
    low = total(list(least))
    made.add_row("all", f"{low:,}", f"{found.calls:,}  ({found.calls / low:.3f} times)")
    made.add_row("answered 429", "0", str(found.refused))
    out.print(made)
    for (method, route), number in sorted(found.by_route.items(), key=lambda each: -each[1]):
        out.print(f"    {number:6,} {method} {route}")


def show_at_once(found: Mapping[str, Figures]) -> None:
    made = table("\nFrom active:false to confirmed removal", "", "median", "p99", "median / own", "p99 / own")
    for name, each in found.items():
        clock, own = [seconds * each.hurry for seconds in each.clock], [seconds * each.hurry for seconds in each.own]
        ratios = [_ratio(each.middle(clock), each.middle(own)), _ratio(each.worst(clock), each.worst(own))]
        made.add_row(f"{name}: clock, unscaled", span(each.middle(clock)), span(each.worst(clock)), *ratios)
        made.add_row("  the platform's own time", span(each.middle(own)), span(each.worst(own)))
        made.add_row("  beyond it, unscaled", span(each.middle(each.beyond) * each.hurry), span(each.worst(each.beyond) * each.hurry))
        made.add_row("  beyond it, as it was", span(each.middle(each.beyond)), span(each.worst(each.beyond)))
        waits = [seconds * each.hurry for seconds in each.reading_back]
        made.add_row("  last removal to its confirmation", span(each.middle(waits)), span(each.worst(waits)))
    out.print(made)


def show_trickle(found: Mapping[str, Figures]) -> None:
    """In real time: one person's requests are within the burst, so the rate takes nothing and the bridge everything."""
    made = table("", "", "requests a leaver", "429s", "median", "p99", "own time", "beyond: median", "beyond: p99")
    for name, each in found.items():
        count = f"{each.calls / len(each.clock):.1f}"
        times = [each.middle(each.clock), each.worst(each.clock), each.middle(each.own)]
        made.add_row(name, count, str(each.refused), *map(span, (*times, each.middle(each.beyond), each.worst(each.beyond))))
    out.print(made)


def _ratio(one: float, other: float) -> str:
    return f"{one / other:.2f}" if other else "-"
