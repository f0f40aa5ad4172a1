"""What a command costs before it does anything, and how close evaluation comes to the bare network."""
from workbench import in_turn, run

from .recipe import config
from .result import Section, number

TITLE = "Start-up, prediction and evaluation"
MEASURING = 3000   # images


def train_model(bench, model):
    """A model file, whatever it has learnt."""
    folder = bench.small_images(40, 20)
    settings = config(bench, folder, model, data={"train": str(folder / "train"), "validation_split": 0},
                      backbone={"name": model, "weights": "random"}, training={"epochs": 1}, callbacks=[],
                      augmentation={})
    return bench.train(settings, bench.new_cache()).folder / "model.pt"


def evaluation_case(bench, model, file, count):
    """Images per second of `graft evaluate` once it is under way: two folders, and the difference of the times."""
    few, many = bench.small_images(40, count // 4) / "test", bench.small_images(40, count) / "test"
    cache = {"GRAFT_CACHE": str(bench.new_cache())}
    # So many images that graft measures how the network runs fastest here, and keeps that in the cache folder.
    run([bench.graft, "evaluate", file, *[many] * -(-MEASURING // count)], cache)

    def measure():
        short, long = (run([bench.graft, "evaluate", file, folder], cache).seconds for folder in (few, many))
        bare = max(bench.kernel(f"^trunk/{model}/float32/", "--benchmark_min_time=0.5").values())
        speed = (count - count // 4) / (long - short)
        return {"images_per_second": speed, "bare": bare, "share": speed / bare}
    return measure


def measure(bench):
    section = Section()
    models = {"ResNet-50": ("resnet50", bench.images // 2),
              "EfficientNet-Lite0": ("efficientnet_lite0", 2 * bench.images)}
    files = {title: train_model(bench, name) for title, (name, _) in models.items()}
    image = next(path for path in sorted((bench.small_images(40, 20) / "test").rglob("*")) if path.is_file())
    commands = {"graft --help": [bench.graft, "--help"]}
    for title, file in files.items():
        commands[f"graft predict of one image, {title}"] = [bench.graft, "predict", file, image]
    repeats = 2 if bench.quick else 3 * bench.rounds
    found = in_turn(repeats, {name: lambda command=command: vars(run(command)) for name, command in commands.items()})
    section.table(["", "seconds", "peak memory, MB"],
                  [[name, number(found.median(name, "seconds")), number(found.median(name, "peak_mb"))]
                   for name in commands])
    section.at_most("graft --help, seconds", found.median("graft --help", "seconds"), 0.3)
    predict = "graft predict of one image, ResNet-50"
    section.at_most(f"{predict}, seconds", found.median(predict, "seconds"), 1.5)
    cases = {title: evaluation_case(bench, name, files[title], count) for title, (name, count) in models.items()}
    speeds = in_turn(bench.rounds, cases)
    section.table(["graft evaluate", "images/s", "bare network, images/s", "share"],
                  [[title, *(number(speeds.median(title, key)) for key in ("images_per_second", "bare", "share"))]
                   for title in cases])
    for title in cases:
        section.at_least(f"{title}: graft evaluate / bare network", speeds.median(title, "share"), 0.95)
    return section.as_json()
