"""Training the last stage: a step with everything up to layer3 frozen."""
import statistics

from workbench import in_turn

from .recipe import config
from .result import Section, number

TITLE = "Partial freezing: a training step of ResNet-50, frozen up to layer3"


def graft_case(bench, keep):
    """Milliseconds per image of the epochs after the first, reading the maps included."""
    images = 160 if not bench.quick else 64
    folder = bench.small_images(images, 20)

    def measure():
        settings = config(bench, folder, "resnet50", data={"train": str(folder / "train"), "validation_split": 0},
                          backbone={"name": "resnet50", "weights": "random", "freeze": "layer3"},
                          features={"keep": keep, "views": 1}, training={"epochs": 3}, callbacks=[])
        history = bench.train(settings, bench.new_cache()).record["history"]
        return {"ms_per_image": statistics.median(row["seconds"] for row in history[1:]) / images * 1000}
    return measure


def measure(bench):
    section = Section()
    section.note("graft: whole epochs after the first, with reading the kept maps, or with decoding and trunk. PyTorch: "
                 "a step on images in memory, which favours it; frozen batch norms use their moving statistics. Batch "
                 "32, Adam.")
    steps = ["--steps", 1 if bench.quick else 4]
    kept, anew = "graft, maps kept on disk", "graft, maps computed anew"
    cases = {kept: graft_case(bench, "run"), anew: graft_case(bench, "none"),
             "PyTorch eager": lambda: bench.peer("partial_torch.py", *steps)[1],
             "PyTorch channels-last": lambda: bench.peer("partial_torch.py", "--channels-last", *steps)[1],
             "PyTorch channels-last, tcmalloc":
                 lambda: bench.peer("partial_torch.py", "--channels-last", *steps, tcmalloc=True)[1]}
    found = in_turn(bench.rounds, cases)
    cost = {name: found.median(name, "ms_per_image") for name in cases if found.has(name)}
    section.table(["", "ms per image", "times graft's, maps kept"],
                  [[name, number(cost[name]), number(cost[name] / cost[kept])] if name in cost else
                   [name, found.unavailable[name], ""] for name in cases])
    if "PyTorch eager" in cost:
        section.at_least("Eager PyTorch / step with kept maps", cost["PyTorch eager"] / cost[kept], 3)
        section.at_least("Eager PyTorch / step with maps computed anew", cost["PyTorch eager"] / cost[anew],
                         None)
    return section.as_json()
