"""PostgreSQL, the only system of record: tables, migrations, the embedded server, and a module of load_ and save_ a subject."""
