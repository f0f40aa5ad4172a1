"""The sections of the comparison, in the order of the page. Each is a module with `TITLE` and `measure(bench)`."""
from . import datapath, finetune, forward, memory, partial, recipe, startup

SECTIONS = {"forward": forward, "recipe": recipe, "datapath": datapath, "partial": partial, "finetune": finetune,
            "startup": startup, "memory": memory}
