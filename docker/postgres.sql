-- Airflow keeps its own tables apart from the warehouse.
CREATE DATABASE airflow;
