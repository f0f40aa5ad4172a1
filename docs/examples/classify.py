#!/usr/bin/env python3
"""Classifies images from Python through graft's C interface, with ctypes and nothing else.

usage: classify.py LIBRARY MODEL IMAGE…        (LIBRARY: libgraft.so)
Prints the likeliest class of each image. Exit codes: 0 all were read, 3 some were not.
"""

import ctypes
import os
import sys


class GraftError(Exception):
    """What graft_last_error says."""


class Predictor:
    """A loaded model. Thread-safe, as the library is; ctypes lets other Python threads run during a call."""

    def __init__(self, library, model):
        self._graft = ctypes.CDLL(library)
        self._graft.graft_last_error.restype = ctypes.c_char_p
        self._graft.graft_predictor_class_name.restype = ctypes.c_char_p
        self._graft.graft_predictor_class_name.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
        self._graft.graft_predictor_class_count.restype = ctypes.c_size_t
        self._graft.graft_predictor_class_count.argtypes = [ctypes.c_void_p]
        self._graft.graft_predictor_free.restype = None
        self._graft.graft_predictor_free.argtypes = [ctypes.c_void_p]
        numbers = ctypes.POINTER(ctypes.c_float)
        self._graft.graft_predict_file.argtypes = [ctypes.c_void_p, ctypes.c_char_p, numbers, ctypes.c_size_t]
        self._graft.graft_predict_encoded.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t, numbers,
                                                      ctypes.c_size_t]
        self._predictor = ctypes.c_void_p()
        self._expect_done(self._graft.graft_predictor_load(os.fsencode(model), ctypes.byref(self._predictor)))
        count = self._graft.graft_predictor_class_count(self._predictor)
        self.classes = [self._graft.graft_predictor_class_name(self._predictor, i).decode() for i in range(count)]

    def __del__(self):
        if getattr(self, "_predictor", None):
            self._graft.graft_predictor_free(self._predictor)

    def predict_file(self, image):
        """{class: probability} of an image file."""
        return self._predict(self._graft.graft_predict_file, os.fsencode(image))

    def predict_encoded(self, data):
        """The same for the bytes of an encoded image."""
        return self._predict(self._graft.graft_predict_encoded, data, len(data))

    def _predict(self, function, *image):
        probabilities = (ctypes.c_float * len(self.classes))()
        self._expect_done(function(self._predictor, *image, probabilities, len(self.classes)))
        return dict(zip(self.classes, probabilities))

    def _expect_done(self, status):
        if status != 0:
            raise GraftError(self._graft.graft_last_error().decode(errors="replace"))


def main():
    if len(sys.argv) < 4:
        print(__doc__, file=sys.stderr)
        return 2
    library, model, *images = sys.argv[1:]
    predictor = Predictor(library, model)
    status = 0
    for image in images:
        try:
            probabilities = predictor.predict_file(image)
        except GraftError as error:
            print(error, file=sys.stderr)
            status = 3
            continue
        best = max(probabilities, key=probabilities.get)
        print(f"{image}: {best} {probabilities[best]:.4f}")
    return status


if __name__ == "__main__":
    sys.exit(main())
