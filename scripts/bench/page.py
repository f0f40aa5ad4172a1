"""docs/benchmarks.md, made of what the sections have measured."""

HEADER = """# Benchmarks

Written by `scripts/bench/compare.py`: graft and the peers side by side on one machine, every case in a process of its
own, one after the other, several rounds, medians. Absolute figures are those of the machine; look at the ratios. To
measure again:

```
cmake --preset release -DGRAFT_BUILD_BENCHMARKS=ON && cmake --build --preset release
scripts/bench/compare.py --python PYTHON --data FOLDER
```

`PYTHON` has the peers that are to be compared (`torch`, `tensorflow-cpu`, `onnx`, `onnxruntime`, `openvino`, `pillow`,
`scipy`, `efficientnet-lite-pytorch`); `FOLDER` has `cifar10/` and `flowers12/`, each with `train/CLASS` and
`test/CLASS`. `--only SECTION` measures one part of the page again.
"""


def row(cells):
    return "| " + " | ".join(cells) + " |"


def table(content):
    return [row(content["head"]), row(["---"] * len(content["head"])), *map(row, content["rows"]), ""]


def goals_table(goals):
    def verdict(goal):
        return "" if not goal["goal"] else "yes" if goal["met"] else "**no**"
    return table({"head": ["", "measured", "goal", "met"],
                  "rows": [[g["what"], g["value"], g["goal"], verdict(g)] for g in goals]})


def machine_line(section):
    machine = section["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in section["versions"].items())
    rounds = f"{section['rounds']} round{'s' if section['rounds'] > 1 else ''}"
    line = (f"Measured {section['date']} on {machine['processor']} ({', '.join(machine['features'])}), "
            f"{machine['cores']} cores; graft {machine['graft']} with LibTorch {machine['libtorch']} and "
            f"{machine['allocator']}; {rounds}.")
    return line + (f" Peers: {versions}." if versions else " No peers were named.")


def page(titles, results):
    """@param titles {section: title}, in the order of the page; @param results {section: what was measured}"""
    lines = [HEADER]
    for name, title in titles.items():
        section = results.get(name)
        if section is None:
            continue
        lines += [f"## {title}", "", machine_line(section), ""]
        for note in section["notes"]:
            lines += [note, ""]
        for content in section["tables"]:
            lines += table(content)
        if section["goals"]:
            lines += goals_table(section["goals"])
    return "\n".join(lines).rstrip() + "\n"
