"""Peak resident memory, features deeper than memory, and the speed of training on what is kept."""
import shutil

from workbench import in_turn, run

from .recipe import config
from .result import Section, number

TITLE = "Memory and kept features"
ROW_BYTES = 2048 * 4


def run_case(bench, count):
    folder = bench.small_images(count, 20)

    def measure():
        settings = config(bench, folder, "resnet50", features={"views": 1}, training={"epochs": 2})
        return {"peak_mb": bench.train(settings, bench.new_cache()).process.peak_mb}
    return measure


def measure_kept(bench, section):
    """Reading kept rows and training a head on them, 2048 -> 512 -> 10."""
    kept = "kept features"
    found = in_turn(bench.rounds, {kept: lambda: {name.split("/")[1]: speed for name, speed
                                                in bench.kernel("^(cache|head)/").items()}})
    read, step, epoch = (found.median(kept, key) for key in ("read", "step", "epoch"))
    section.table(["Kept features of 2048 float32, batches of 32", "rows/s", "seconds for 100,000"],
                  [["reading, shuffled", number(read), number(100_000 / read)],
                   ["training step of 2048 -> 512 -> 10, Adam", number(step), number(100_000 / step)],
                   ["an epoch of both, with its checkpoint", number(epoch), number(100_000 / epoch)]])
    section.at_most("An epoch of 100,000 kept features, seconds", 100_000 / epoch, 10)


def measure_generated(bench, section):
    """Rows appended, opened again and read in random order; float16 where the disk is short."""
    rows = 20_000 if bench.quick else 1_000_000
    kind = "float32" if shutil.disk_usage(bench.scratch).free > 1.5 * rows * ROW_BYTES else "float16"
    folder = bench.scratch / "generated"
    folder.mkdir()
    try:
        found = run([bench.graft.parent / "graft_million_features", folder, rows, kind]).last_json()
    finally:
        shutil.rmtree(folder)
    section.table([f"Generated features, 2048 {kind} each", ""], [
        ["rows", f"{found['rows']:,}"], ["on disk, GB", number(found["gigabytes"])],
        ["append, rows/s", number(found["rows"] / found["append_seconds"])],
        ["open again, seconds", number(found["reopen_seconds"])],
        ["shuffled read with checksums, rows/s", number(found["rows_read"] / found["read_seconds"])],
        ["memory at the start, MB", number(found["start_memory_mb"])],
        ["peak memory, MB", number(found["peak_memory_mb"])]])


def measure(bench):
    section = Section()
    sizes = (50, bench.images) if bench.quick else (500, 2000)
    cases = {f"{count:,} images": run_case(bench, count) for count in sizes}
    found = in_turn(1 if bench.quick else min(bench.rounds, 2), cases)
    section.table(["Frozen ResNet-50, a run of", "peak memory, MB"],
                  [[name, number(found.median(name, "peak_mb"))] for name in cases])
    for name in cases:
        section.at_most(f"Frozen ResNet-50, {name}: peak memory, MB", found.median(name, "peak_mb"), 1500)
    measure_kept(bench, section)
    measure_generated(bench, section)
    return section.as_json()
