"""`python -m tests.bench.stages NAME SAISINES FOLDER`: one stage, its figures as one line of JSON, the peak of its own memory (MB, shared pages too) among them."""

import json
import resource
import sys
from importlib import import_module
from pathlib import Path

if __name__ == "__main__":
    name, saisines, folder = sys.argv[1:]
    module, _, function = name.partition(".")
    made = getattr(import_module(f"tests.bench.stages.{module}"), function or "run")(int(saisines), Path(folder))
    print(json.dumps(made | {"peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10}))
