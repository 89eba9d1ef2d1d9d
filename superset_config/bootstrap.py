"""Set Superset up in one process: JSON on stdin -> schema -> assets -> roles -> accounts -> stamps.

Started by lagoa.platform.superset.prepare in Superset's own environment, which hands over what to do and the secrets.
Every step may be repeated; the stamps are written last, in the metadata database itself.
"""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from flask import Flask, g

HERE = Path(__file__).resolve().parent
ASSETS = HERE / "assets"


@contextmanager
def timed(step: str) -> Iterator[None]:
    """Tell how long a step took."""
    start = time.perf_counter()
    yield
    tell(f"{step} in {time.perf_counter() - start:.1f} s")


def tell(line: str) -> None:
    """Write to standard error: alembic switches off every logger that stood before it."""
    sys.stderr.write(f"superset: {line}\n")


def migrate(app: Flask) -> None:
    """Bring the metadata schema to this version's, then create every permission and Superset's own roles."""
    from flask_migrate import upgrade

    from superset import appbuilder, db, security_manager

    upgrade(directory=app.extensions["migrate"].directory)
    appbuilder.add_permissions(update_perms=True)
    security_manager.sync_role_definitions()
    db.session.commit()


def apply_accounts(accounts: list[dict[str, str]]) -> None:
    """Create the accounts that are missing; give the others the role and the password that they should have."""
    from werkzeug.security import check_password_hash

    from superset import db, security_manager

    for account in accounts:
        role = security_manager.find_role(account["role"])
        user = security_manager.find_user(username=account["username"])
        if user is None:
            user = security_manager.add_user(
                account["username"],
                account["first_name"],
                account["last_name"],
                account["email"],
                role,
                password=account["password"],
            )
        user.roles = [role]
        if not check_password_hash(user.password or "", account["password"]):
            security_manager.reset_password(user.id, account["password"])
    db.session.commit()


def gold_models() -> dict[str, Any]:
    """The models of gold as dbt declares them, by table name."""
    files = sorted((HERE.parent / "dbt_project" / "models" / "gold").rglob("*.yml"))
    return {
        model["name"].removeprefix("gold__"): model
        for path in files
        for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models", [])
    }


def described(dataset: dict[str, Any], model: dict[str, Any]) -> dict[str, Any]:
    """A dataset with the descriptions and types of its model: they are written once, in the dbt project."""
    columns = {column["name"]: column for column in model.get("columns", [])}
    for column in dataset["columns"]:
        if declared := columns.get(column["column_name"]):
            column["description"] = declared["description"]
            column["type"] = declared["data_type"].upper()
    return dataset | {"description": model.get("description", dataset.get("description"))}


def import_assets(gold_uri: str) -> None:
    """Import everything under assets/, overwriting.

    Filled in here: the connection's address, which is never in git, and what all assets of a kind have in common.
    """
    from superset.commands.importers.v1.assets import ImportAssetsCommand

    models = gold_models()
    css = (HERE / "dashboard.css").read_text(encoding="utf-8")
    contents = {
        path.relative_to(ASSETS).as_posix(): path.read_text(encoding="utf-8") for path in sorted(ASSETS.rglob("*.yaml"))
    }
    for name, text in contents.items():
        asset = yaml.safe_load(text)
        if name.startswith("databases/"):
            contents[name] = yaml.safe_dump(asset | {"sqlalchemy_uri": gold_uri})
        if name.startswith("datasets/"):
            contents[name] = yaml.safe_dump(described(asset, models.get(asset["table_name"], {})))
        if name.startswith("dashboards/"):
            contents[name] = yaml.safe_dump(asset | {"css": css})
    ImportAssetsCommand(contents).run()


def prune_assets() -> None:
    """Delete what once came from git and is there no more: the import itself never deletes."""
    from superset.connectors.sqla.models import SqlaTable
    from superset.models.core import Database
    from superset.models.dashboard import Dashboard
    from superset.models.slice import Slice

    from superset import db

    kept = {str(yaml.safe_load(path.read_text(encoding="utf-8")).get("uuid")) for path in ASSETS.rglob("*.yaml")}
    for model in (Dashboard, Slice, SqlaTable, Database):
        for asset in db.session.query(model).filter_by(is_managed_externally=True):
            if str(asset.uuid) not in kept:
                tell(f"{model.__name__} {asset} is in git no more: deleted")
                db.session.delete(asset)
        db.session.flush()
    db.session.commit()


def apply_roles() -> None:
    """Give each role of roles.yaml exactly its permissions, and the dashboards to them."""
    from superset.models.core import Database
    from superset.models.dashboard import Dashboard

    from superset import db, security_manager

    declared = yaml.safe_load((HERE / "roles.yaml").read_text(encoding="utf-8"))
    roles = []
    for name, wanted in declared.items():
        role = security_manager.add_role(name)
        pairs = [(action, target) for target, actions in wanted["permissions"].items() for action in actions]
        found = {pair: security_manager.find_permission_view_menu(*pair) for pair in pairs}
        if missing := [" on ".join(pair) for pair, permission in found.items() if permission is None]:
            raise SystemExit(f"roles.yaml: {name}: Superset has no {'; '.join(missing)}. Correct the names.")
        database = db.session.query(Database).filter_by(is_managed_externally=True).one()
        catalog = database.get_default_catalog()
        access = [
            security_manager.add_permission_view_menu(
                "schema_access", security_manager.get_schema_perm(database.database_name, catalog, schema)
            )
            for schema in wanted["schemas"]
        ]
        role.permissions = [*found.values(), *access]
        roles.append(role)
    for dashboard in db.session.query(Dashboard).filter_by(is_managed_externally=True):
        dashboard.roles = roles
    db.session.commit()


def write_stamps(stamps: dict[str, str]) -> None:
    """Remember what was set up, beside what it describes."""
    from superset import db

    db.session.execute("create table if not exists lagoa_stamps (part text primary key, digest text not null)")
    for part, digest in stamps.items():
        db.session.execute(
            "insert into lagoa_stamps values (:part, :digest) on conflict (part) do update set digest = :digest",
            {"part": part, "digest": digest},
        )
    db.session.commit()


def main(order: dict[str, Any]) -> None:
    """Do what is asked for, in the order in which each step needs the one before."""
    with timed("started"):
        from superset.app import create_app

        app = create_app()
    with app.app_context():
        if order["migrate"]:
            with timed("metadata schema and permissions"):
                migrate(app)
        from superset import security_manager

        admin = [account for account in order["accounts"] if account["role"] == "Admin"]
        apply_accounts(admin)
        g.user = security_manager.find_user(username=admin[0]["username"])
        with timed("assets"):
            import_assets(order["gold_uri"])
            prune_assets()
        with timed("roles and accounts"):
            apply_roles()
            apply_accounts(order["accounts"])
        write_stamps(order["stamps"])


if __name__ == "__main__":
    main(json.load(sys.stdin))
