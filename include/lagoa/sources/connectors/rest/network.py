"""What can go wrong between here and a host."""


class NetworkError(Exception):
    """An exchange broke off, or never came about."""


class Unsendable(NetworkError):
    """The address or a header cannot be written as HTTP wants it; the value may be a secret and is not told."""


class TooLarge(NetworkError):
    """An answer that is to be held in memory has more than a page has."""


class NoAnswer(NetworkError):
    """Nothing came for as long as the connection allows."""
