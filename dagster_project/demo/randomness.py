"""Where all chance in the synthetic council comes from."""

import random


def stream(seed: int, purpose: str) -> random.Random:
    """A generator of its own for one purpose, so that a change in one part leaves the others as they were.

    Seeding with text is defined by Python as a hash of its bytes, hence equal on every platform.
    """
    return random.Random(f"{seed}:{purpose}")
