"""Amounts read back from what people are given: printed, on a page, in a spreadsheet."""

import re
import subprocess


def cents(written):
    """An amount as it is written in French."""
    return int(re.sub(r"[^0-9-]", "", written.replace("−", "-")))


def printed(content):
    """The words of a PDF, laid out as on paper."""
    command = ["pdftotext", "-layout", "-", "-"]
    return subprocess.run(command, input=content, capture_output=True, check=True).stdout.decode()


def amount_after(text, label):
    """The amount at the end of the line that begins with a label."""
    found = re.search(
        rf"^ *{label}[^\n]*?((?:[−-]?[0-9][0-9\s\u202f]*),[0-9]{{2}})[\s\u202f]*€? *$", text, re.MULTILINE
    )
    assert found, label
    return cents(found[1])
