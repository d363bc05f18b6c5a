"""The fixtures of the warehouse's tests: a fresh initialised warehouse each test."""

from warehouse.conftest import connection, engine, home, register, template

__all__ = ["connection", "engine", "home", "register", "template"]
