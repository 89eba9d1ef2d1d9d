"""The processes and servers of one installation: Postgres, Airflow, Superset, simulator, their supervisor."""
