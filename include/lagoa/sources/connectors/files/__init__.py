"""Files: downloaded, listed or mailed, checked by their first bytes, read as tables of text.

    asked -> transport (http(s), folder, bucket, SFTP, mailbox) -> unpacked -> format -> batches of text columns

A file is the unit: one is a slice, and one that was broken off is read from its beginning.
"""

from lagoa.sources.connectors.files.connector import FileConnector, FileReading

__all__ = ["FileConnector", "FileReading"]
