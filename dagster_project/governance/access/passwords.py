"""What a user's password must be like (clauses TR-09, TR-10): long, mixed, nobody's name, and not one of the usual."""

import re
import string
from collections.abc import Iterable, Iterator
from pathlib import Path

from dagster_project.dropbox.accounts import MIN_PASSWORD_LENGTH
from dagster_project.governance.errors import GovernanceError
from dagster_project.warehouse.secrets_store import generate_password

GENERATED_LENGTH = 20
# Some programs read no further, and would let in whoever knows the beginning.
MOST_BYTES = 72
_FEWEST_DIFFERENT = 8
_SHORTEST_NAME = 3
# Marks and digits that stand for letters; a one for either of two.
_AS_LETTERS = [str.maketrans("0134578@$!|+", f"o{one}eastbas{one}lt") for one in "il"]
# Words that passwords are most often made of; a password of nothing else is guessed first.
_COMMON = """
    abc abcd account admin adminadmin administrator april august autumn bailey baseball batman blink buster cat change
    changeit changeme charlie chelsea chocolate computer council december default demo dog dragon england everton
    family february flower football freedom friday george guest hannah harry hello holiday housing iloveyou internet
    january jessica jordan july june killer letmein liverpool login london lovely march master may michael monday
    monkey mustang ninja november october office orange pass passphrase passw password passwort pepper please pokemon
    princess purple qazwsx qwe qwer qwert qwerty qwertyuiop rainbow rangers saturday secret september service shadow
    silver soccer spring starwars summer sunday sunshine superman tester testing test thomas thursday tigger trustno
    tuesday united user wednesday welcome whatever william winter zaq zxcvbn zxcvbnm asdf asdfgh asdfghjkl azerty
    the and is my our your a i in it of me one two three four five six seven eight nine zero year new old big
"""
_RUNS = ("abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm")
_LONGEST_RUN = 5


def new_password(names: Iterable[str]) -> str:
    """A random password that meets `require_strong` for these names."""
    taken = list(names)
    while True:
        password = generate_password(GENERATED_LENGTH)
        if not list(_weaknesses(password, taken)):
            return password


def require_strong(password: str, names: Iterable[str]) -> None:
    """Raises GovernanceError with everything that is wrong. `names`: the user's own names and the organisations'."""
    found = list(_weaknesses(password, names))
    if found:
        raise GovernanceError(f"The password is refused: {'; '.join(found)}. Leave it out, and one is made")


def read_given(path: Path) -> str:
    """The password in a file, without the line end that editors add.

    Raises:
        GovernanceError: the file cannot be read, others may read it, or it holds more than one line.
    """
    try:
        if path.stat().st_mode & 0o077:
            raise GovernanceError(f"Other users of this computer may read {path}: run 'chmod 600' on it first")
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise GovernanceError(f"{path} cannot be read as text: put the password there, alone, in UTF-8") from None
    return text.removesuffix("\n").removesuffix("\r")


def _weaknesses(password: str, names: Iterable[str]) -> Iterator[str]:
    if len(password) < MIN_PASSWORD_LENGTH:
        yield f"it has fewer than {MIN_PASSWORD_LENGTH} characters"
    if len(password.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        yield f"it has more than {MOST_BYTES} bytes, and some programs read no further"
    if not password.isprintable() or password != password.strip():
        yield "it holds a control character, or begins or ends with a blank"
    kinds = (string.ascii_lowercase, string.ascii_uppercase, string.digits)
    has_mark = any(not char.isalnum() and not char.isspace() for char in password)
    if not has_mark or not all(set(kind) & set(password) for kind in kinds):
        yield "it lacks lower case, upper case, a digit or a mark"
    if len(set(password)) < _FEWEST_DIFFERENT:
        yield f"it has fewer than {_FEWEST_DIFFERENT} different characters"
    readings = _readings(password.lower())
    if any(name in text for name in _parts(names) for text in readings):
        yield "it holds a name of the user or of an organisation"
    common = "|".join(sorted(_COMMON.split(), key=len, reverse=True))
    if any(re.fullmatch(f"(?:{common})*", text) for text in readings) or _has_run(password.lower()):
        yield "it is made of words or rows of keys that everybody tries first"


def _readings(password: str) -> set[str]:
    """The letters, and those that marks and digits stand for: all of them, or without what was put round a word."""
    core = password.strip(string.digits + string.punctuation)
    return {_letters(password)} | {_letters(text.translate(way)) for text in (password, core) for way in _AS_LETTERS}


def _parts(names: Iterable[str]) -> set[str]:
    words = {_letters(word) for name in names for word in re.split(r"[\W\d_]+", name.lower())}
    return {word for word in words if len(word) >= _SHORTEST_NAME}


def _letters(text: str) -> str:
    return "".join(char for char in text if char.isalpha())


def _has_run(text: str) -> bool:
    runs = [way for run in _RUNS for way in (run, run[::-1])]
    return any(text[n : n + _LONGEST_RUN] in run for run in runs for n in range(len(text) - _LONGEST_RUN + 1))
