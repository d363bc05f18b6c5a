"""Sources that pull: a folder, SFTP, a mailbox, an object store, an HTTP service; each a file here that gives items.

A kind is a module with `Declared` (what its declaration says, checked by pydantic, whose `type` is its name) and
`items(declared, since, at)`, a plain iterator. A sixth kind is one more file, named in `declared.KINDS`.
"""
