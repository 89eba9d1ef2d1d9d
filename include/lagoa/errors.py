"""Every exception of Lagoa, grouped by what a retry would do.

A message reads *subject: found, expected. Do this.* It names no secret, no response body and no personal data.
"""


class LagoaError(Exception):
    """The base of all of them; the command line prints its message and exits 1."""


class ConfigError(LagoaError):
    """A spec, a setting or an installation is wrong: nothing ran. Mend it and start again."""


class TransientError(LagoaError):
    """It may pass: a later try may succeed."""


class TransientSourceError(TransientError):
    """The source did not answer as it should (5xx, 408, 429, time-out): a later try may succeed."""


class LakehouseUnavailableError(TransientError):
    """The lakehouse went away, is overloaded or held by its readers: a later try may succeed."""


class PermanentSourceError(LagoaError):
    """The source refused or answered something else (404, HTML in place of a ZIP): a retry would not help."""


class ContractError(LagoaError):
    """The data is not as declared (missing column, duplicated key, too few rows): nothing was loaded."""


class GateError(LagoaError):
    """A quality gate found a critical failure: what lies downstream does not run."""
