"""The failures of the network as Lagoa's own: told with what to do, and apart by what a retry would do."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from lagoa.errors import PermanentSourceError, TransientSourceError
from lagoa.sources.connectors.rest.network import NetworkError, NoAnswer, TooLarge, Unsendable


@dataclass(frozen=True)
class Failures:
    """How those of one host are told."""

    host: str
    timeout_seconds: float
    simulated: bool

    @contextmanager
    def told(self, subject: str) -> Iterator[None]:
        """What happens inside, with its failures told.

        Raises:
            TransientSourceError: the host could not be reached, broke off or said nothing.
            PermanentSourceError: what HTTP cannot send, or an answer without end.
        """
        try:
            yield
        except NoAnswer:
            raise TransientSourceError(
                f"{subject}: no answer within {self.timeout_seconds:g} s. Try again later."
            ) from None
        except Unsendable as error:
            raise PermanentSourceError(
                f"{subject}: found {error}, expected what HTTP can send. Check the path, the parameters and the "
                "headers in the spec, and the secrets in the environment."
            ) from None
        except TooLarge as error:
            raise PermanentSourceError(
                f"{subject}: found an answer of {error}, expected a page. Ask for less at a time: see `paging` in the "
                "spec; a file belongs to the connector of files."
            ) from None
        except NetworkError as error:
            asked = (
                "Is the simulator running? See `lagoa status`." if self.simulated else "Is this machine allowed there?"
            )
            raise TransientSourceError(f"{subject}: {self.host} could not be read ({error}). {asked}") from None
