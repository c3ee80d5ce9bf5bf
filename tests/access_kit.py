"""Users of tests: let in as the product lets them in, with their passwords kept so that `connect` finds them."""

from dagster_project.agreement.model import load_agreement
from dagster_project.governance.access import users
from dagster_project.governance.access.scopes import Scope
from dagster_project.settings import Settings
from dagster_project.warehouse.secrets_store import write_password

OWN = Scope(partners=("fakeshire_homes", "northbank_ha", "fakeshire_ta"))
BY = "Ida Quill"


def let_in(settings: Settings, login: str, function: str = "housing_officer", scope: Scope = OWN) -> None:
    """A user of that function; nobody is limited to less than is said."""
    agreement = load_agreement(settings.agreement_file)
    secret = users.add(settings, agreement, login, login.replace(".", " ").title(), function, scope, BY)
    write_password(settings, login, secret)
