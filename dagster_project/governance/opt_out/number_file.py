"""The file of NHS numbers that the NHS check takes and gives back: ten digits and a comma per line, LF, no header."""

import re

from dagster_project.governance.errors import GovernanceError

_LINE = re.compile(rb"[0-9]{10},")
_WEIGHTS = range(10, 1, -1)


class AnswerRefused(GovernanceError):
    """The file is no answer to the check. Nothing of it was kept."""


def written(numbers: list[str]) -> bytes:
    """The file's bytes, in the order of the numbers."""
    return "".join(f"{number},\n" for number in sorted(numbers)).encode("ascii")


def parsed(content: bytes) -> frozenset[str]:
    """The numbers of a file that came back.

    Raises:
        AnswerRefused: a line that is not ten digits and a comma, a number that cannot be one, or one that is there
            twice. The message names lines, never a number.
    """
    if b"\r" in content:
        raise AnswerRefused("The file has Windows line ends, so it was changed on its way: fetch it again")
    if content and not content.endswith(b"\n"):
        raise AnswerRefused("The file ends in the middle of a line: fetch it again")
    numbers: set[str] = set()
    for place, line in enumerate(content.split(b"\n")[:-1], start=1):
        number = line[:-1].decode("ascii", errors="replace")
        if not _LINE.fullmatch(line) or not is_valid(number):
            raise AnswerRefused(f"Line {place} is not an NHS number and a comma: it is no answer of the check service")
        if number in numbers:
            raise AnswerRefused(f"Line {place} repeats an NHS number: it is no answer of the check service")
        numbers.add(number)
    return frozenset(numbers)


def is_valid(number: str) -> bool:
    """Ten digits, not all equal, with the right check digit (modulus 11)."""
    if len(number) != 10 or not number.isdigit() or len(set(number)) == 1:
        return False
    check = (11 - sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number[:9], strict=True)) % 11) % 11
    return check == int(number[9])
