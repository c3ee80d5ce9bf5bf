"""What governance refuses, said so that the reader knows what to do. No message holds a value of the data."""


class GovernanceError(Exception):
    """A rule of the agreement cannot be carried out as asked."""
