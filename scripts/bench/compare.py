#!/usr/bin/env python3
"""Measures graft beside what people use today, prints the ratios and writes docs/benchmarks.md.

usage: scripts/bench/compare.py [--python PYTHON] [--data FOLDER] [--only SECTION,…] [--rounds N] [--quick] …

Build first: cmake --preset release -DGRAFT_BUILD_BENCHMARKS=ON && cmake --build --preset release
Sections: forward, recipe, datapath, partial, finetune, startup, memory. What other sections measured earlier stays on the page.
"""
import argparse
import datetime
import json
import pathlib
import sys
import tempfile

from page import page, table
from sections import SECTIONS
from workbench import Unavailable, Workbench, say

ROOT = pathlib.Path(__file__).resolve().parents[2]
QUICK_IMAGES = 100
FEWEST_IMAGES = 50   # one of each class for validation


def section_names(text):
    names = text.split(",")
    unknown = [name for name in names if name not in SECTIONS]
    if unknown:
        raise argparse.ArgumentTypeError(f"there is no section {', '.join(unknown)}; there are {', '.join(SECTIONS)}")
    return names


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", help="a Python that has the peers; without one only graft is measured")
    parser.add_argument("--data", type=pathlib.Path, default=ROOT / "build" / "data",
                        help="has cifar10/ and flowers12/, each with train/CLASS and test/CLASS")
    parser.add_argument("--only", type=section_names, default=list(SECTIONS), metavar="SECTION,…")
    parser.add_argument("--images", type=int, default=2000, help="training images of the recipe")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help=f"one round of {QUICK_IMAGES} images: does it work?")
    parser.add_argument("--graft", type=pathlib.Path, default=ROOT / "build" / "release" / "graft")
    parser.add_argument("--kernels", type=pathlib.Path, help="default: graft_kernels beside graft")
    parser.add_argument("--weights", type=pathlib.Path, default=ROOT / "weights" / "efficientnet-lite0-57934424.pth",
                        help="of EfficientNet-Lite0")
    parser.add_argument("--results", type=pathlib.Path, help="where measurements are kept between calls")
    parser.add_argument("--output", type=pathlib.Path, help="the page (default: docs/benchmarks.md)")
    options = parser.parse_args(arguments)
    if options.quick:
        options.rounds, options.images = 1, min(options.images, QUICK_IMAGES)
    if options.images < FEWEST_IMAGES:
        parser.error(f"--images: expected at least {FEWEST_IMAGES}, got {options.images}")
    name = "quick" if options.quick else "results"
    options.kernels = options.kernels or options.graft.parent / "graft_kernels"
    options.results = options.results or ROOT / "build" / "bench" / f"{name}.json"
    options.output = options.output or (options.results.with_suffix(".md") if options.quick
                                        else ROOT / "docs" / "benchmarks.md")
    for program in (options.graft, options.kernels):
        if not program.is_file():
            parser.error(f"{program} is not built: cmake --preset release -DGRAFT_BUILD_BENCHMARKS=ON && "
                         "cmake --build --preset release")
    return options


def print_section(title, section):
    print(f"\n{title}\n")
    for content in section["tables"]:
        print("\n".join(table(content)))
    for goal in section["goals"]:
        verdict = f" ({goal['goal']}: {'yes' if goal['met'] else 'NO'})" if goal["goal"] else ""
        print(f"  {goal['what']}: {goal['value']}{verdict}")
    sys.stdout.flush()


def measure_sections(options, bench, titles):
    """Measures, prints and keeps one section after the other. @return the names of those that failed"""
    kept = json.loads(options.results.read_text()) if options.results.exists() else {}
    versions, failed = bench.peer_versions(), []
    for name in options.only:
        say(titles[name])
        try:
            section = SECTIONS[name].measure(bench)
        except (Unavailable, RuntimeError) as error:   # the other sections are worth measuring all the same
            say(f"not measured: {error}")
            failed.append(name)
            continue
        section.update(date=datetime.date.today().isoformat(), machine=bench.doctor, versions=versions,
                       rounds=options.rounds)
        kept[name] = section
        print_section(titles[name], section)
        # After every section: hours of measuring are not lost with the last one.
        options.results.parent.mkdir(parents=True, exist_ok=True)
        options.results.write_text(json.dumps(kept, indent=1))
        options.output.parent.mkdir(parents=True, exist_ok=True)
        options.output.write_text(page(titles, kept))
    return failed


def main():
    options = parse(sys.argv[1:])
    titles = {name: module.TITLE for name, module in SECTIONS.items()}
    with tempfile.TemporaryDirectory(prefix="graft-bench-") as scratch:
        failed = measure_sections(options, Workbench(options, pathlib.Path(scratch)), titles)
    if failed:
        sys.exit(f"not measured: {', '.join(failed)}")
    say(f"written: {options.output}")


if __name__ == "__main__":
    main()
