"""From JPEG files to the network's input, on one core."""
from workbench import in_turn

from .recipe import SHARES, config
from .result import Section, number

TITLE = "Data path: JPEG file to augmented 224x224 tensor"
ONE, FOUR = "graft, 1 view per decoding", "graft, 4 views per decoding"   # a run with default views does the latter
KERAS, PIL = "Keras ImageDataGenerator", "PIL"


def graft_case(bench, kind, folder, views):
    option = "--small" if kind == "small" else "--photographs"

    def measure():
        speeds = bench.kernel(f"^view/{kind}/{views}$", option, folder, "--benchmark_min_time=1")
        return {"images_per_second": next(iter(speeds.values()))}
    return measure


def peer_case(bench, tool, folder):
    options = ["--tool", tool, "--data", folder, "--seconds", 1 if bench.quick else 4]
    return lambda: bench.peer("datapath.py", *options)[1]


def measure_kind(bench, section, kind, title, folder, goals):
    """@param goals {ONE or FOUR: the least ratios to Keras and to PIL}"""
    cases = {ONE: graft_case(bench, kind, folder, 1), FOUR: graft_case(bench, kind, folder, 4),
             KERAS: peer_case(bench, "keras", folder), PIL: peer_case(bench, "pil", folder)}
    found = in_turn(bench.rounds, cases)
    speed = {name: found.median(name, "images_per_second") for name in cases if found.has(name)}
    section.table([title, "views/s of one core", "graft, 4 views per decoding / this"],
                  [[name, number(speed[name]), number(speed[FOUR] / speed[name])] if name in speed else
                   [name, found.unavailable[name], ""] for name in cases])
    for case in (ONE, FOUR):
        for peer, wanted in zip((KERAS, PIL), goals.get(case, (None, None))):
            if peer in speed:
                section.at_least(f"{title}: {case} / {peer}", speed[case] / speed[peer], wanted)


def measure_pass(bench, section, folder):
    """EfficientNet-Lite0 on photographs: decoding costs as much as the network, and neither may wait."""
    data = {"train": str(folder), "validation_split": 0.2}
    weights = str(bench.weights) if bench.weights.is_file() else "random"

    def case():
        settings = config(bench, folder, "efficientnet_lite0", data=data, training={"epochs": 1}, callbacks=[])
        settings["backbone"]["weights"] = weights
        features = bench.train(settings, bench.new_cache()).record["features"]
        return {**{key: features[key] for key in SHARES},
                "speed": features["computed"] / features["seconds"]}
    name = "EfficientNet-Lite0 on photographs, default views"
    found = in_turn(bench.rounds, {name: case})
    section.table(["Feature pass of a run", "features/s", "network", "pictures", "busy"],
                  [[name, number(found.median(name, "speed"))] +
                   [f"{100 * found.median(name, key):.1f} %" for key in SHARES]])
    section.at_least("EfficientNet-Lite0 on photographs: cores' busy share",
                     found.median(name, "busy_share"), 0.9)


def measure(bench):
    section = Section()
    section.note("The classic recipe's augmentation; images per second of processor time, one thread. Photographs: "
                 "flowers12 enlarged to 500x375, quality 90. PIL resizes to the nearest pixel and warps once, the "
                 "cheapest way to Keras's picture. A run with the default five views draws four from one decoding.")
    small = bench.small_images(200, 20) / "train"
    photographs = bench.photographs(min(bench.images, 600))
    measure_kind(bench, section, "small", "Files of 32x32 pixels", small, {ONE: (12, 4)})
    measure_kind(bench, section, "photograph", "Photographs of 500x375 pixels", photographs, {FOUR: (5, 2)})
    measure_pass(bench, section, photographs)
    return section.as_json()
