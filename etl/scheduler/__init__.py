"""Our own Airflow beside the warehouse: its folder, its processes, and a small client of its REST API.

Nothing here imports Airflow: it is started as its own processes and spoken to over the loopback.
"""
