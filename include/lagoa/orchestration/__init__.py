"""The thin Airflow side: DAG builders, defaults, error mapping. Nothing else imports Airflow."""
