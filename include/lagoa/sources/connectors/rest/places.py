"""How many requests a source has open at once."""

import threading


class Places:
    """As many as the source allows. Threads share them; who needs one goes before who wants one ahead of time."""

    def __init__(self, count: int) -> None:
        self._free, self._waiting = count, 0
        self._changed = threading.Condition()

    def take(self) -> None:
        """Wait for a place. Who holds one may wait for another only if it frees its own soon: give up what is ahead."""
        with self._changed:
            self._waiting += 1
            try:
                self._changed.wait_for(lambda: self._free > 0)
            finally:
                self._waiting -= 1
            self._free -= 1

    def take_if_free(self) -> bool:
        """A place, if there is one that nobody waits for."""
        with self._changed:
            if self._waiting or not self._free:
                return False
            self._free -= 1
            return True

    def give(self) -> None:
        """Give a place back."""
        with self._changed:
            self._free += 1
            self._changed.notify()
