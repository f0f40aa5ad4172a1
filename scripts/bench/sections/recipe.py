"""The classic recipe as a whole: processes from start to exit."""
from workbench import in_turn

from .result import Section, number

TITLE = "The classic recipe, start to exit"
AUGMENTATION = {"rotation_range": 20, "width_shift_range": 0.2, "height_shift_range": 0.2, "shear_range": 0.2,
                "zoom_range": 0.2, "horizontal_flip": True}
SHARES = ("network_share", "picture_share", "busy_share")   # of the workers' time in the pass
EPOCHS = 10
ALL_VIEWS, DEFAULT, FIRST, PLAIN, AGAIN = ("graft, views = epochs", "graft, default views",
                                           "graft, default views, first run on a machine", "graft, no augmentation",
                                           "graft, another head, same cache")
TCMALLOC = "PyTorch channels-last, tcmalloc"
PLAIN_PEER = "PyTorch channels-last, no augmentation"
ONCE = (FIRST, PLAIN_PEER)   # measured in one round only: long, and without a goal


def config(bench, folder, model, **changes):
    """The recipe as graft's config; its early stopping never stops, so that all run the same number of epochs."""
    weights = "random" if model == "resnet50" else str(bench.weights)
    return {"data": {"train": str(folder / "train"), "test": str(folder / "test"),
                     "split": "keras", "validation_split": 0.2, "resize": "squash"},
            "augmentation": AUGMENTATION, "backbone": {"name": model, "weights": weights},
            "training": {"epochs": EPOCHS},
            "callbacks": [{"name": "early_stopping", "patience": EPOCHS},
                          {"name": "reduce_lr_on_plateau", "patience": 2}], **changes}


class GraftCases:
    """graft's rows; the last one reads what the second one has kept."""

    def __init__(self, bench, data, model):
        self.bench, self.data, self.model, self.shared = bench, data, model, None

    def run(self, cache, **changes):
        run = self.bench.train(config(self.bench, self.data, self.model, **changes), cache)
        done, record = run.process, run.record
        epochs = len(record["history"])
        if epochs != EPOCHS:
            raise RuntimeError(f"graft ran {epochs} epochs, not {EPOCHS}")
        return {"seconds": done.seconds, "peak_mb": done.peak_mb, "accuracy": record["test"]["accuracy"],
                **{key: record["features"][key] for key in ("computed", *SHARES)},
                "pass_seconds": record["features"]["seconds"]}

    def default(self):
        self.shared = self.bench.new_cache()
        return self.run(self.shared)

    def again(self):
        result = self.run(self.shared, head={"hidden": [256]})
        if result["computed"] != 0:
            raise RuntimeError("the second run did not find the features of the first")
        return result

    def all(self):
        return {FIRST: lambda: self.run(self.bench.new_cache(first_run=True)),
                ALL_VIEWS: lambda: self.run(self.bench.new_cache(), features={"views": EPOCHS}),
                DEFAULT: self.default, AGAIN: self.again,
                PLAIN: lambda: self.run(self.bench.new_cache(), augmentation={})}


def peer_case(bench, script, *options, tcmalloc=False):
    """A peer runs two epochs; the others are taken to last as long as the second."""
    run_epochs = 2

    def measure():
        done, result = bench.peer(script, *options, "--epochs", run_epochs, "--patience", EPOCHS, tcmalloc=tcmalloc)
        rest = (EPOCHS - run_epochs) * result["epoch_seconds"][-1]
        return {"seconds": done.seconds + rest, "peak_mb": done.peak_mb, "accuracy": result["accuracy"]}
    return measure


def peer_cases(bench, data, model):
    torch = ["recipe_torch.py", "--data", data, "--model", model]
    if model != "resnet50":
        torch += ["--weights", bench.weights]
    cases = {"Keras": peer_case(bench, "recipe_keras.py", "--data", data)} if model == "resnet50" else {}
    cases["PyTorch"] = peer_case(bench, *torch)
    cases["PyTorch channels-last"] = peer_case(bench, *torch, "--channels-last")
    cases[TCMALLOC] = peer_case(bench, *torch, "--channels-last", tcmalloc=True)
    cases[PLAIN_PEER] = peer_case(bench, *torch, "--channels-last", "--plain")
    return cases


def rows(found, cases, peers):
    base = found.median(DEFAULT, "seconds")
    for name in cases:
        if not found.has(name):
            yield [name, found.unavailable[name], "", "", ""]
            continue
        seconds = found.median(name, "seconds")
        accuracy = f"{found.median(name, 'accuracy'):.3f}" + (" after 2" if name in peers else "")
        yield [name, number(seconds), number(seconds / base), accuracy, number(found.median(name, "peak_mb"))]


def add_goals(section, title, found, goals):
    """@param goals the least ratios for views = epochs, default views and without augmentation"""
    as_used = [found.median(name, "seconds") for name in ("Keras", "PyTorch", "PyTorch channels-last")
               if found.has(name)]
    if as_used:
        for case, wanted in zip((ALL_VIEWS, DEFAULT, PLAIN), goals):
            section.at_least(f"{title}: fastest peer without tcmalloc / {case}",
                             min(as_used) / found.median(case, "seconds"), wanted)
    for case, peer in ((DEFAULT, TCMALLOC), (PLAIN, PLAIN_PEER)):
        if found.has(peer):
            section.at_least(f"{title}: {peer} / {case}",
                             found.median(peer, "seconds") / found.median(case, "seconds"), None)


def measure_model(bench, section, model, title, goals):
    data = bench.small_images(bench.images, max(bench.images // 5, 20))
    graft, peers = GraftCases(bench, data, model).all(), peer_cases(bench, data, model)
    cases = {**graft, **peers}
    found = in_turn(bench.rounds, cases, ONCE)
    section.table([title, "seconds", "times graft's, default views", "test accuracy", "peak memory, MB"],
                  rows(found, cases, peers))
    section.table(["cores' time in the feature pass", "features/s", "network", "pictures", "busy"],
                  [[name, number(found.median(name, "computed") / found.median(name, "pass_seconds"))] +
                   [f"{100 * found.median(name, key):.1f} %" for key in SHARES]
                   for name in (DEFAULT, PLAIN)])
    network = title.split(",")[0]
    add_goals(section, network, found, goals)
    if model == "resnet50":
        section.at_least(f"{network}: network's share of the feature pass, default views",
                         found.median(DEFAULT, "network_share"), 0.95)
    section.at_most(f"{network}: another head, seconds", found.median(AGAIN, "seconds"), 10)


def measure(bench):
    section = Section()
    section.note(f"{bench.images} images of 32x32 pixels (CIFAR-10), a fifth for validation, a fifth as many for the "
                 f"test; {EPOCHS} epochs of batch 32, Adam, 512 + softmax, both callbacks (early stopping never ends the "
                 "run). graft's cache is empty but for the network's throughput, which the first run measures too. "
                 "Peers run two epochs: time = whole process + 8 x second epoch. Memory is of the largest process. The "
                 f"first run and \"{PLAIN_PEER}\" are measured once.")
    measure_model(bench, section, "resnet50", "ResNet-50, random weights", (2, 6, 10))
    if bench.weights.is_file():
        measure_model(bench, section, "efficientnet_lite0", "EfficientNet-Lite0, ImageNet weights", (4, 12, 20))
    else:
        section.note(f"EfficientNet-Lite0 was not measured: its weights are not in {bench.weights.name}.")
    return section.as_json()
