"""What can go wrong with a delivery, in words for the people who have to act on it."""

from dagster_project.extracts.reasons import RefusalReason


class ExtractError(Exception):
    """Base of all errors of this package. Messages name files, columns and lines, never a value of a cell."""


class ContractError(ExtractError):
    """A contract file of the product itself breaks a rule: a fault in the installation, not in a delivery."""


class PackError(ExtractError):
    """A folder cannot be packed. The message names the file and says what to do."""


class DeliveryRefused(ExtractError):
    """A delivery that may not be loaded.

    `reason_code` is one of the closed list of `reasons.RefusalReason`; the message names the file and the reason.
    """

    def __init__(self, reason: RefusalReason, message: str) -> None:
        super().__init__(message)
        self.reason_code = reason.value


class ManifestError(DeliveryRefused):
    """The manifest itself breaks a rule, so nothing that it says can be trusted."""
