"""Setting Superset up for real: once, not twice, and following what git says."""

import shutil
import time
from pathlib import Path

import psycopg2
import pytest
from pydantic import SecretStr

from lagoa.platform.superset import prepare
from lagoa.settings import PROJECT, Settings

pytestmark = pytest.mark.slow


@pytest.fixture
def installation(postgres: Settings, tmp_path: Path) -> Settings:
    """An installation whose assets are a copy, to be changed."""
    if not (PROJECT / ".venv-superset").is_dir():
        pytest.fail(".venv-superset: not there. Run `make setup`.")
    shutil.copytree(PROJECT / "superset_config", tmp_path / "superset_config")
    shutil.copytree(PROJECT / "dbt_project/models/gold", tmp_path / "dbt_project/models/gold")
    (tmp_path / ".venv-superset").symlink_to(PROJECT / ".venv-superset")
    return postgres.model_copy(update={"home": tmp_path, "state_dir": tmp_path / "state"})


def rows(settings: Settings, query: str) -> list[tuple[str, ...]]:
    """What Superset's metadata says."""
    connection = psycopg2.connect(settings.dsn("superset_db"))
    with connection, connection.cursor() as cursor:
        cursor.execute(query)
        found = cursor.fetchall()
    connection.close()
    return found


def test_it_is_set_up_once_and_then_follows_git(installation: Settings) -> None:
    assert prepare(installation) is True
    start = time.perf_counter()
    assert prepare(installation) is False
    assert time.perf_counter() - start < 5

    slugs = "select slug from dashboards order by slug"
    assert rows(installation, slugs) == [
        ("contratacoes-publicas",),
        ("execucao-orcamentaria",),
        ("inicio",),
        ("transferencias-especiais",),
    ]
    roles = """
        select account.username, string_agg(role.name, ', ')
        from ab_user as account
        inner join ab_user_role as link on account.id = link.user_id
        inner join ab_role as role on link.role_id = role.id
        group by account.username order by account.username
    """
    assert rows(installation, roles) == [("admin", "Admin"), ("analista", "Analista")]
    assert rows(installation, "select database_name, sqlalchemy_uri like '%XXXXXXXXXX%' from dbs") == [("Lagoa", True)]
    assert rows(installation, "select 1 from table_columns where column_name = 'uf_iso' and description is null") == []

    assets = installation.home / "superset_config" / "assets"
    (assets / "dashboards" / "transferencias-especiais.yaml").unlink()
    for chart in (assets / "charts").glob("transferencias_*.yaml"):
        chart.unlink()
    hashes = rows(installation, "select username, password from ab_user order by username")
    changed = installation.model_copy(update={"analyst_password": SecretStr("outra-senha-da-analista")})
    assert prepare(changed) is True
    assert ("transferencias-especiais",) not in rows(installation, slugs)
    assert rows(installation, "select slice_name from slices where slice_name = 'Parcela paga'") == []
    after = rows(installation, "select username, password from ab_user order by username")
    assert [old == new for old, new in zip(hashes, after, strict=True)] == [True, False]


def test_a_permission_that_superset_does_not_know_stops_the_set_up(installation: Settings) -> None:
    from lagoa.errors import LagoaError

    roles = installation.home / "superset_config" / "roles.yaml"
    text = roles.read_text(encoding="utf-8")
    roles.write_text(text.replace("Home: [menu_access]", "Home: [menu_acess]"), encoding="utf-8")
    with pytest.raises(LagoaError, match="Superset has no menu_acess on Home"):
        prepare(installation)
