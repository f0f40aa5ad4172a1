#!/usr/bin/env python3
"""`graft export`, `graft verify` and `graft inspect` on stored models, with nothing but Python's own library."""

import json
import os
import pathlib
import subprocess
import tempfile
import unittest

GRAFT = os.environ["GRAFT_EXECUTABLE"]
FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "deploy" / "fixtures"
OLD, MODEL = FIXTURES / "format1.pt", FIXTURES / "format2.pt"


class Export(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)

    def graft(self, *arguments, expect=0):
        result = subprocess.run([GRAFT, *map(str, arguments)], capture_output=True, text=True)
        self.assertEqual(result.returncode, expect, result.stdout + result.stderr)
        return result

    def export(self, name, *options):
        file = self.folder / name
        self.assertEqual(self.graft("export", MODEL, "--output", file, *options).stdout, f"{file}\n")
        return file

    def facts(self, file):
        return json.loads(self.graft("inspect", file, "--json").stdout)

    def test_every_format_says_what_it_is(self):
        kinds = {self.export("a.pt", "--format", "torchscript"): "graft model",
                 self.export("b.pt", "--format", "torchscript", "--optimize"): "graft model",
                 self.export("c.onnx", "--format", "onnx"): "ONNX",
                 self.export("d.safetensors", "--format", "safetensors"): "weights"}
        for file, kind in kinds.items():
            self.assertEqual(self.facts(file)["kind"], kind)
            self.assertIn(kind, self.graft("inspect", file).stdout)

    def test_onnx_files_carry_the_contract(self):
        facts = self.facts(self.export("model.onnx", "--format", "onnx"))
        expected = self.facts(MODEL)
        self.assertEqual(facts["opset"], 10)
        for key in ("classes", "preprocessing", "golden", "config", "format_version"):
            self.assertEqual(facts[key], expected[key])

    def test_models_and_their_exports_verify(self):
        self.assertIn("tiles.png", self.graft("verify", MODEL).stdout)
        for file in (self.export("frozen.pt", "--format", "torchscript", "--optimize"),
                     self.export("model.onnx", "--format", "onnx")):
            self.graft("verify", file)
            report = json.loads(self.graft("verify", MODEL, "--against", file, "--json").stdout)
            self.assertTrue(report["equal"])
            self.assertIsNone(report["first_difference"])
            self.assertEqual(len(report["images"]), 6)

    def test_another_order_of_classes_is_found(self):
        file = self.export("model.onnx", "--format", "onnx")
        swapped = file.read_bytes().replace(b'"ant"', b'"tmp"').replace(b'"bee"', b'"ant"').replace(b'"tmp"', b'"bee"')
        file.write_bytes(swapped)
        refused = self.graft("verify", MODEL, "--against", file, expect=4)
        self.assertIn("classes: ant, bee, cat and bee, ant, cat", refused.stderr)

    def test_a_golden_image_that_decodes_to_something_else_is_found(self):
        file = self.export("model.onnx", "--format", "onnx")
        digests = [image["pixels"]["sha256"] for image in self.golden(file)]
        file.write_bytes(file.read_bytes().replace(digests[1].encode(), b"0" * 64))
        refused = self.graft("verify", file, expect=4)
        self.assertIn("the first stage that does is decode, on drawing.png (compared with as saved)", refused.stderr)
        self.graft("verify", file, "--tolerance", "0.01")

    @staticmethod
    def golden(onnx):
        text = onnx.read_bytes()
        start = text.index(b'{\n  "format_version"')
        return json.JSONDecoder().raw_decode(text[start:].decode("utf-8", "replace"))[0]["golden"]

    def test_old_files_are_read_and_written_anew(self):
        self.assertIn("written by an older graft", self.graft("verify", OLD, expect=3).stderr)
        file = self.folder / "new.pt"
        self.graft("export", OLD, "--format", "torchscript", "--output", file)
        self.graft("verify", file)

    def test_options_of_other_formats_are_refused(self):
        for options, message in ((["onnx", "--optimize"], "--optimize: is for --format torchscript"),
                                 (["safetensors", "--optimize"], "--optimize: is for --format torchscript"),
                                 (["torchscript", "--weights-type", "float16"], "is for --format onnx"),
                                 (["onnx", "--weights-type", "int8"], "int8 weights need images to find the ranges of activations on"),
                                 (["onnx", "--ranges", "."], "--ranges: is for int8 weights"),
                                 (["onnx", "--test", "."], "--test: is for int8 weights"),
                                 (["onxx"], 'got "onxx" (did you mean "onnx"?)')):
            file = self.folder / "never"
            refused = self.graft("export", MODEL, "--output", file, "--format", *options, expect=2)
            self.assertIn(message, refused.stderr)
            self.assertFalse(file.exists())

    def test_an_unknown_device_is_an_error(self):
        self.assertIn("--device", self.graft("verify", MODEL, "--device", "tpu", expect=2).stderr)

    def test_a_folder_needs_something_to_compare_with(self):
        self.assertIn("--against", self.graft("verify", MODEL, self.folder, expect=2).stderr)

    def test_the_golden_images_of_a_foreign_file_are_missed(self):
        plain = self.export("model.onnx", "--format", "onnx")
        plain.write_bytes(plain.read_bytes().replace(b"\x0a\x0agraft.json", b"\x0a\x0aother.json"))
        self.assertIn("graft did not write it", self.graft("verify", plain, expect=3).stderr)
        self.graft("verify", MODEL, "--against", plain)


if __name__ == "__main__":
    unittest.main()
