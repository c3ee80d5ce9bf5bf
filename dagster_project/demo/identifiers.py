"""Fake identifiers that pass their own check, from ranges that nobody real holds.

NHS numbers start with 999 (the never-issued test range), pupil numbers carry the unused authority code 999, National
Insurance numbers start with QQ (not allowed in a real one) and postcodes lie in area AA (not in use).
"""

import random

from dagster_project.demo.errors import DemoError

AUTHORITY = "999"
UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
TEMPORARY_ENDINGS = "ABCDEFGH"
INWARD_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"
# `Scrambler` needs a prime that leaves 3 when divided by 4; this one lets six digits hold every number.
SIX_DIGIT_PRIME = 999_983


def nhs_check_digit(nine: str) -> str | None:
    """Tenth digit of an NHS number (Mod 11, weights 10 to 2), or None where no number with these nine digits exists."""
    rest = 11 - sum(int(digit) * weight for digit, weight in zip(nine, range(10, 1, -1), strict=True)) % 11
    if rest == 10:
        return None
    return str(rest % 11)


def upn_check_letter(twelve: str) -> str:
    """First letter of a pupil number from its other twelve characters (weights 2 to 13, Mod 23).

    A temporary number ends in a letter, which counts with its place in the table.
    """
    values = [UPN_LETTERS.index(char) if char.isalpha() else int(char) for char in twelve]
    return UPN_LETTERS[sum(value * weight for value, weight in zip(values, range(2, 14), strict=True)) % 23]


def uln_check_digit(nine: str) -> str | None:
    """Tenth digit of a learner number (10 minus the Mod 11 sum), or None where the sum is divisible."""
    rest = sum(int(digit) * weight for digit, weight in zip(nine, range(10, 1, -1), strict=True)) % 11
    return None if rest == 0 else str(10 - rest)


def pupil_number(establishment: str, year: int, serial: int, temporary: bool = False) -> str:
    """A pupil number of authority 999; `serial` must lie in 0..999 (0..99 for a temporary one)."""
    tail = f"{serial % 100:02d}{TEMPORARY_ENDINGS[serial % len(TEMPORARY_ENDINGS)]}" if temporary else f"{serial:03d}"
    twelve = f"{AUTHORITY}{establishment}{year % 100:02d}{tail}"
    return upn_check_letter(twelve) + twelve


class Scrambler:
    """Hands out the numbers below a prime, each once, in an order that says nothing about who asked first."""

    def __init__(self, rng: random.Random, prime: int = SIX_DIGIT_PRIME) -> None:
        self._prime = prime
        self._offset = rng.randrange(1, prime)
        self._count = rng.randrange(prime)
        self._left = prime

    def _fold(self, number: int) -> int:
        # Squares modulo such a prime hit each remainder once when the upper half is mirrored.
        square = number * number % self._prime
        return square if 2 * number <= self._prime else self._prime - square

    def take(self) -> int:
        """The next number. Raises DemoError when all are used up."""
        if not self._left:
            raise DemoError("the range of fake numbers is used up; ask for fewer people")
        self._left -= 1
        self._count = (self._count + 1) % self._prime
        return self._fold((self._fold(self._count) + self._offset) % self._prime) % self._prime


class Registry:
    """Issues each identifier once."""

    def __init__(self, rng: random.Random) -> None:
        self._nhs = Scrambler(rng)
        self._uln = Scrambler(rng)
        self._nino = Scrambler(rng)
        self._serials: dict[tuple[str, int], int] = {}

    def nhs_number(self) -> str:
        """A valid number of the test range, never one of equal digits (those are placeholders)."""
        while True:
            nine = f"999{self._nhs.take():06d}"
            check = nhs_check_digit(nine)
            if check is not None and len(set(nine + check)) > 1:
                return nine + check

    def learner_number(self) -> str:
        while True:
            nine = f"999{self._uln.take():06d}"
            check = uln_check_digit(nine)
            if check is not None:
                return nine + check

    def national_insurance_number(self) -> str:
        number = self._nino.take()
        return f"QQ{number:06d}{'ABCD'[number % 4]}"

    def pupil_number(self, establishment: str, year: int) -> str:
        """The next number that a school gives in a year; twins who start together get neighbouring ones."""
        serial = self._serials.get((establishment, year), 0) + 1
        if serial > 999:
            raise DemoError("a school ran out of pupil numbers for one year; ask for fewer people")
        self._serials[establishment, year] = serial
        return pupil_number(establishment, year, serial)


class RecordIds:
    """Opaque record ids of one system, such as TA9004217: a prefix, a 9 and six digits."""

    def __init__(self, prefix: str, rng: random.Random) -> None:
        self._prefix = prefix
        self._numbers = Scrambler(rng)

    def take(self) -> str:
        return f"{self._prefix}9{self._numbers.take():06d}"
