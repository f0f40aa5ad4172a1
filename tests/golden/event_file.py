"""Writes event_file.json: event-file records as TensorBoard's own protocol buffers and record writer make them.

    python tests/golden/event_file.py      (tensorboard 2.21)
"""

import io
import json
import pathlib

from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.summary.writer.record_writer import RecordWriter

WALL_SECONDS = 1700000000.25


def scalars(step, **values):
    value = [summary_pb2.Summary.Value(tag=tag, simple_value=number) for tag, number in values.items()]
    return event_pb2.Event(wall_time=WALL_SECONDS, step=step, summary=summary_pb2.Summary(value=value))


def main():
    start = event_pb2.SessionLog(status=event_pb2.SessionLog.START)
    events = {
        "version": event_pb2.Event(wall_time=WALL_SECONDS, file_version="brain.Event:2"),
        "session_start_7": event_pb2.Event(wall_time=WALL_SECONDS, step=7, session_log=start),
        "scalars_0": scalars(0, epoch_loss=0.6931471805599453, epoch_accuracy=0.0),
        "scalars_300": scalars(300, epoch_loss=float("inf"), epoch_learning_rate=1e-4, **{"x" * 200: -2.5}),
    }
    records = {}
    for name, event in events.items():
        stream = io.BytesIO()
        RecordWriter(stream).write(event.SerializeToString())
        records[name] = stream.getvalue().hex()
    path = pathlib.Path(__file__).with_suffix(".json")
    path.write_text(json.dumps({"wall_seconds": WALL_SECONDS, "records": records}, indent=1) + "\n")


if __name__ == "__main__":
    main()
