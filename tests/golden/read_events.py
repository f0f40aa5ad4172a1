"""Prints what TensorBoard reads from a log folder, one line per run and tag: the steps and values.

    python tests/golden/read_events.py RUN/tensorboard      (tensorboard 2.21)
"""

import os
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator


def main():
    root = sys.argv[1]
    for run in sorted(os.listdir(root)):
        accumulator = EventAccumulator(os.path.join(root, run))
        accumulator.Reload()
        for tag in accumulator.Tags()["scalars"]:
            print(run, tag, [(event.step, round(event.value, 6)) for event in accumulator.Scalars(tag)])


if __name__ == "__main__":
    main()
