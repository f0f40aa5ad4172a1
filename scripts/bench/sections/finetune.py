"""Fine-tuning: a training step of a whole network."""
import statistics

from workbench import in_turn

from .recipe import config
from .result import Section, number

TITLE = "Fine-tuning: training the whole network"
NAMES = {"efficientnet_lite0": "EfficientNet-Lite0", "resnet50": "ResNet-50"}


def graft_case(bench, model, size):
    """Images per second of the epochs after the first, decoding and augmenting included."""
    images = 64 if bench.quick else 320
    folder = bench.small_images(images, 20)

    def measure():
        settings = config(bench, folder, model,
                          data={"train": str(folder / "train"), "validation_split": 0, "image_size": size},
                          head={"hidden": []}, callbacks=[],
                          training={"phases": [{"train": "all", "epochs": 3}],
                                    "optimizer": {"name": "sgd", "learning_rate": 1e-4, "nesterov": True}})
        history = bench.train(settings, bench.new_cache()).record["history"]
        return {"images_per_second": images / statistics.median(row["seconds"] for row in history[1:])}
    return measure


def measure(bench):
    section = Section()
    section.note("graft: whole epochs, decoding and augmenting included. PyTorch: a step on images in memory, which "
                 "favours it. Batch norms fixed, batch 32, SGD with momentum; images per second.")
    for model, size in (("efficientnet_lite0", 128), ("efficientnet_lite0", 224), ("resnet50", 128), ("resnet50", 224)):
        peer = ["--model", model, "--size", size, "--steps", 2 if bench.quick else 8]
        cases = {"graft": graft_case(bench, model, size),
                 "PyTorch eager": lambda peer=peer: bench.peer("finetune_torch.py", *peer)[1]}
        for name, more in (("PyTorch channels-last, tcmalloc", ["--channels-last"]),
                           ("PyTorch channels-last, tcmalloc, bfloat16 autocast", ["--channels-last", "--bfloat16"])):
            cases[name] = lambda all_=(*peer, *more): bench.peer("finetune_torch.py", *all_, tcmalloc=True)[1]
        found = in_turn(bench.rounds, cases)
        speed = {name: found.median(name, "images_per_second") for name in cases if found.has(name)}
        title = f"{NAMES[model]}, {size} px"
        section.table([title, "images per second", "graft's is times as much"],
                      [[name, number(speed[name]), number(speed["graft"] / speed[name])] if name in speed else
                       [name, found.unavailable[name], ""] for name in cases])
        for name, wanted in (("PyTorch channels-last, tcmalloc", 1.15), ("PyTorch eager", 2.5)):
            if name in speed:
                section.at_least(f"{title}: graft / {name}", speed["graft"] / speed[name], wanted)
    return section.as_json()
