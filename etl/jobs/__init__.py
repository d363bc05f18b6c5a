"""Use cases, one a file, in a folder by subject: gather → compute → save → mark done."""
