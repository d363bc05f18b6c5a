"""Documents, one a module: data in, bytes out; no database and no clock."""
