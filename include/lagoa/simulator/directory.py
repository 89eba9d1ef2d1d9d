"""A folder or a bucket as a web page: how the simulator stands in for disks, S3 and SFTP.

The shape is that of nginx's autoindex: a link a file, with the time of its last change and its size.
"""

from collections.abc import Iterable
from html import escape
from urllib.parse import quote

from fastapi import Response
from fastapi.responses import HTMLResponse

PAGE = """<html>
<head><title>Index of {folder}</title></head>
<body>
<h1>Index of {folder}</h1><hr><pre><a href="../">../</a>
{lines}
</pre><hr></body>
</html>
"""


def index(folder: str, files: Iterable[tuple[str, str]], folders: Iterable[str] = ()) -> Response:
    """The page of a folder.

    Args:
        folder: its path, for people.
        files: (name, day of the last change as 2026-11-01) pairs.
        folders: names of what lies in it.
    """
    lines = [f'<a href="{quote(name)}/">{escape(name)}/</a>' for name in folders]
    lines += [f'<a href="{quote(name)}">{escape(name)}</a>  {changed} 06:00' for name, changed in files]
    return HTMLResponse(PAGE.format(folder=escape(folder), lines="\n".join(lines)))
