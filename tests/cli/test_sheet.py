"""CSV that a spreadsheet reads as it was meant."""

from __future__ import annotations

import csv
import io

import pytest

from scim_bridge.cli.sheet import sheet


@pytest.mark.parametrize("cell", ['=HYPERLINK("http://example.com")', "+1", "-2", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_is_a_formula(cell: str) -> None:
    text = sheet(["name"], [[cell]])
    assert list(csv.reader(io.StringIO(text, newline=""))) == [["name"], [f"'{cell}"]]


def test_lines_end_and_cells_are_quoted_as_the_standard_says() -> None:
    text = sheet(["who", "why", "seconds"], [["ada@example.com", 'a "quoted", long\nreason', 1.5], [None, "", -1.0]])
    assert text == 'who,why,seconds\r\nada@example.com,"a ""quoted"", long\nreason",1.5\r\n,,-1.0\r\n'
