"""docs/users/roles.md and the table of acts say the same."""

from pathlib import Path

from traceapp.accounts.acts import KINDS, ROLES, Act
from traceapp.producers.schemas import ROLES as EVERY_ROLE

PAGE = Path(__file__).resolve().parents[2] / "docs" / "users" / "roles.md"
COLUMNS = ("owner", "clerk", "field_worker", "shop_seller", "officer", "inspector")


def documented() -> dict[str, tuple[set[str], set[str]]]:
    """Give roles and kinds by act, as the page has them."""
    found = {}
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == len(COLUMNS) + 3 and cells[1].startswith("`"):
            roles = {role for role, cell in zip(COLUMNS, cells[2:-1], strict=True) if cell == "yes"}
            kinds = {kind.strip() for kind in cells[-1].split(",") if kind.strip()}
            assert cells[1] not in found, "an act stands twice"
            found[cells[1].strip("`")] = (roles, kinds)
    return found


def test_the_page_of_roles_tells_what_the_code_allows() -> None:
    coded = {act.value: (set(ROLES[act]), set(KINDS.get(act, ()))) for act in Act}
    assert documented() == coded


def test_every_role_has_a_column_and_every_act_a_role() -> None:
    assert set(COLUMNS) == set(EVERY_ROLE)
    assert set(ROLES) == set(Act)
    assert all(ROLES.values())
