"""The core: named tables in, named tables out. Runs the files of `sql/` in DuckDB; knows no file, database, clock or environment."""
