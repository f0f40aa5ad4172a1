"""docs/benchmarks.md, made of what the sections have measured."""

HEADER = """# Benchmarks

Written by `scripts/bench/compare.py`: graft and its peers on one machine, every case a process of its own, one after the other;
medians. Look at the ratios. To measure again:

```
cmake --preset release -DGRAFT_BUILD_BENCHMARKS=ON && cmake --build --preset release
scripts/bench/compare.py --python PYTHON --data FOLDER [--only SECTION]
```

`PYTHON` has the peers named below and `efficientnet-lite-pytorch`; `FOLDER` has `cifar10/` and `flowers12/`, each with `train/CLASS` and
`test/CLASS`.
"""


def row(cells):
    return "| " + " | ".join(cells) + " |"


def table(content):
    return [row(content["head"]), "|" + "---|" * len(content["head"]), *map(row, content["rows"]), ""]


def goals_table(goals):
    """The figures that have a goal; the others can be read off the tables."""
    rows = [[g["what"], g["value"] if g["met"] else f"**{g['value']}** (missed)", g["goal"]]
            for g in goals if g["goal"]]
    return table({"head": ["", "measured", "goal"], "rows": rows}) if rows else []


def machine_line(section):
    machine = section["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in section["versions"].items())
    line = (f"Machine: {machine['processor']} ({', '.join(machine['features'])}), {machine['cores']} cores; "
            f"LibTorch {machine['libtorch']}, {machine['allocator']}.")
    return line + (f" Peers: {versions}." if versions else " No peers were named.")


def date_line(section):
    return (f"{section['date']}, graft {section['machine']['graft']}, {section['rounds']} "
            f"round{'s' if section['rounds'] > 1 else ''}.")


def page(titles, results):
    """@param titles {section: title}, in the order of the page; @param results {section: what was measured}"""
    lines, said = [HEADER], None
    for name, title in titles.items():
        section = results.get(name)
        if section is None:
            continue
        if machine_line(section) != said:
            said = machine_line(section)
            lines += [said, ""]
        lines += [f"## {title}", "", " ".join([date_line(section), *section["notes"]]), ""]
        for content in section["tables"]:
            lines += table(content)
        lines += goals_table(section["goals"])
    return "\n".join(lines).rstrip() + "\n"
