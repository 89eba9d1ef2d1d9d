"""Airflow's own REST API, as far as Lagoa speaks it: trigger a DAG, see its runs and tasks."""

import time
from types import TracebackType
from typing import Any

import httpx

from lagoa.errors import ConfigError, LagoaError
from lagoa.settings import Settings

API = "/api/v2"
READ_ATTEMPTS = 4
"""How often a question is asked whose answer does not come within half a minute: a machine at its limit is slow."""


class AirflowApi:
    """A signed-in client of the API server. Use it as a context manager."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._http = httpx.Client(base_url=settings.airflow_base, timeout=30, trust_env=False)

    def __enter__(self) -> "AirflowApi":
        password = self.settings.airflow_admin_password
        if password is None:
            raise ConfigError("LAGOA_AIRFLOW_ADMIN_PASSWORD: not set. Run `make up`, which generates it.")
        login = {"username": "admin", "password": password.get_secret_value()}
        answer = self._send("POST", "/auth/token", json=login)
        self._http.headers["Authorization"] = f"Bearer {answer['access_token']}"
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._http.close()

    def wait_for_dags(self, dag_ids: list[str], seconds: float = 120) -> None:
        """Wait until Airflow has parsed the DAGs, and unpause them.

        Raises:
            LagoaError: one is still missing after `seconds`; the import errors are named.
        """
        deadline = time.monotonic() + seconds
        while True:
            known = {dag["dag_id"]: dag for dag in self._send("GET", f"{API}/dags", params={"limit": 500})["dags"]}
            missing = sorted(set(dag_ids) - known.keys())
            if not missing:
                break
            if time.monotonic() > deadline:
                errors = self._send("GET", f"{API}/importErrors")["import_errors"]
                told = "; ".join(f"{e['filename']}: {e['stack_trace'].strip().splitlines()[-1]}" for e in errors)
                raise LagoaError(
                    f"Airflow: found no DAG {', '.join(missing)} after {seconds:.0f} s. "
                    + (f"Import errors: {told}." if told else "See `lagoa logs dag-processor`.")
                )
            time.sleep(1)
        for dag_id in dag_ids:
            if known[dag_id]["is_paused"]:
                self._send("PATCH", f"{API}/dags/{dag_id}", json={"is_paused": False})

    def trigger(self, dag_id: str, conf: dict[str, Any] | None = None) -> str:
        """Start a run; gives its id."""
        body = {"logical_date": None, "conf": conf or {}}
        return str(self._send("POST", f"{API}/dags/{dag_id}/dagRuns", json=body)["dag_run_id"])

    def run(self, dag_id: str, run_id: str) -> dict[str, Any]:
        """One run: `state`, `start_date`, `end_date` and more."""
        return self._send("GET", f"{API}/dags/{dag_id}/dagRuns/{run_id}")

    def runs(self, dag_pattern: str, since: str) -> list[dict[str, Any]]:
        """Runs queued since a moment (ISO 8601) of the DAGs whose id contains a text, oldest first."""
        params = {"run_after_gte": since, "order_by": "run_after", "limit": 500}
        found = self._send("GET", f"{API}/dags/~/dagRuns", params=params)["dag_runs"]
        return [run for run in found if dag_pattern in run["dag_id"]]

    def tasks(self, dag_id: str, run_id: str) -> list[dict[str, Any]]:
        """The task instances of a run: `task_id`, `state`, `duration`, `start_date`, `end_date` and more."""
        path = f"{API}/dags/{dag_id}/dagRuns/{run_id}/taskInstances"
        return list(self._send("GET", path, params={"limit": 500})["task_instances"])

    def _send(self, method: str, path: str, **arguments: Any) -> Any:
        response = self._answer(method, path, **arguments)
        if response.status_code == 404:
            raise ConfigError(f"Airflow: {path} does not exist. Is the DAG's name right? `lagoa status` lists them.")
        if response.is_error:
            raise LagoaError(f"Airflow: {method} {path} answered {response.status_code}. See `lagoa logs api-server`.")
        return response.json() if response.content else {}

    def _answer(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        attempts = READ_ATTEMPTS if method == "GET" else 1
        while True:
            attempts -= 1
            try:
                return self._http.request(method, path, **arguments)
            except httpx.HTTPError as error:
                if isinstance(error, httpx.ReadTimeout) and attempts:
                    continue
                raise LagoaError(
                    f"Airflow at {self.settings.airflow_base}: no answer ({type(error).__name__}). "
                    "Is it up? See `lagoa status`."
                ) from None
