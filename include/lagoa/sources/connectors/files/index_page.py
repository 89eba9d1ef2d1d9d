"""The page that a web server makes of a folder (Apache, nginx, the simulator) -> its entries."""

import re
from html import unescape
from urllib.parse import unquote, urlsplit

from lagoa.sources.connectors.files.listing import Entry

LINK = re.compile(
    r"""<a\s[^>]*?href\s*=\s*(?:"([^"]*)"|'([^']*)'|([^"'>\s]+))[^>]*>.*?</a>([^\n<]*(?:</td>\s*<td[^>]*>[^<]*)?)""",
    re.I,
)
ISO_TIME = re.compile(r"\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d)?)?")
SERVER_TIME = re.compile(r"(\d\d)-([A-Z][a-z]{2})-(\d{4}) (\d\d:\d\d(?::\d\d)?)")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def entries(page: str) -> list[Entry]:
    """The files and folders that the page links to; links to elsewhere and to sort orders are passed over."""
    found = {}
    for *link, after in LINK.findall(page):
        url = urlsplit(unescape("".join(link)))
        name = unquote(url.path).removeprefix("./")
        is_folder = name.endswith("/")
        name = name.rstrip("/")
        if url.scheme or url.netloc or url.query or not name or "/" in name or name in (".", ".."):
            continue
        found[name] = Entry(name, is_folder, _changed(after))
    return list(found.values())


def _changed(text: str) -> str:
    """The time that stands behind a link, as a text that sorts."""
    if written := ISO_TIME.search(text):
        return written[0].replace("T", " ")
    if written := SERVER_TIME.search(text):
        day, month, year, time = written.groups()
        return f"{year}-{MONTHS.index(month) + 1:02d}-{day} {time}" if month in MONTHS else ""
    return ""
