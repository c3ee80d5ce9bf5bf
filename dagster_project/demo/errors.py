"""The one exception of the synthetic council."""


class DemoError(Exception):
    """The council cannot be made as asked; the message says what to change."""
