#!/usr/bin/env python3
"""Backbones that files bring: any network as TorchScript, weights that lack something, what `graft inspect` finds."""

import json
import pathlib
import struct

import workspace
from workspace import Workspace, read_json

FIXTURES = pathlib.Path(__file__).resolve().parent.parent
NETWORKS = FIXTURES / "network" / "fixtures"


class TorchScriptBackbones(Workspace):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.draw_images(train=4, test=2, size=32)

    def train_on(self, network, output, expect=0, freeze="all", **backbone):
        file = NETWORKS / f"{network}.pt"
        return self.train(output, expect=expect, data={"image_size": 32},
                          backbone={"name": "torchscript", "weights": str(file), "freeze": freeze, **backbone},
                          training={"epochs": 2})

    def test_a_network_is_trained_on_from_the_stage_that_is_named(self):
        run, said = self.train_on("residual_scripted", "partly", freeze="layer1")
        record = read_json(run / "record.json")
        self.assertEqual(record["model"]["backbone"], "torchscript")
        self.assertEqual(record["model"]["frozen"], ["conv1", "layer1"])
        self.assertEqual(record["model"]["trained"], ["layer2"])
        self.assertEqual(record["model"]["feature_shape"], [4, 8, 8])
        self.assertTrue(record["freeze_proof"]["equal"])
        self.assertIn("its classifier fc (5 classes) is left out", said.err)
        evaluation = self.graft("evaluate", run / "model.pt", "data/test", "--json").json()
        self.assertEqual(evaluation["accuracy"], record["test"]["accuracy"])
        self.graft("verify", run / "model.pt")

    def test_models_of_every_network_are_exported(self):
        for network in ("residual_traced", "mobile_scripted", "plain_scripted"):
            run, _ = self.train_on(network, f"export-{network}")
            for kind, name in (("torchscript", "t.pt"), ("onnx", "t.onnx"), ("safetensors", "t.safetensors")):
                with self.subTest(network=network, kind=kind):
                    self.graft("export", run / "model.pt", "--format", kind, "--output", run / name)
            self.graft("verify", run / "model.pt", "--against", run / "t.onnx")

    def test_an_operator_that_onnx_files_cannot_have_is_named(self):
        run, _ = self.train_on("transformer_scripted", "transformer", freeze="encoder.layers.0")
        self.assertEqual(read_json(run / "record.json")["model"]["trained"], ["encoder.layers.1"])
        self.graft("export", run / "model.pt", "--format", "torchscript", "--output", run / "t.pt")
        said = self.graft("export", run / "model.pt", "--format", "onnx", "--output", run / "t.onnx", expect=1)
        self.assertIn("aten::_native_multi_head_attention, which trunk.encoder.layers.0.self_attention uses", said.err)

    def test_a_network_in_one_piece_says_so_when_a_part_of_it_is_asked_for(self):
        _, said = self.train_on("around_scripted", "one-piece", expect=2, freeze="layer3")
        self.assertIn('/backbone/freeze: expected all or none, got "layer3"', said.err)
        self.assertIn("could not be cut into stages", said.err)
        run, said = self.train_on("around_scripted", "one-piece", freeze="none")
        self.assertIn("this network is frozen whole or trained whole", said.err)
        self.assertEqual(read_json(run / "record.json")["model"]["trained"], ["network"])

    def test_a_network_fixed_to_training_mode_is_refused(self):
        _, said = self.train_on("trained_traced", "refused", expect=3)
        self.assertIn("is fixed to training mode: it has batch norms (5)", said.err)

    def test_weights_are_needed(self):
        _, said = self.train("none", expect=2, backbone={"name": "torchscript", "weights": None})
        self.assertIn('/backbone/weights: expected a TorchScript file, which "torchscript" takes', said.err)


def read_safetensors(file):
    content = file.read_bytes()
    length = struct.unpack("<Q", content[:8])[0]
    return json.loads(content[8:8 + length]), content[8 + length:]


def write_safetensors(file, header, values):
    text = json.dumps(header).encode()
    file.write_bytes(struct.pack("<Q", len(text)) + text + values)


class IncompleteWeights(Workspace):
    """A run on another run's exported weights, which have a head and may lack a tensor."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.draw_images(train=4, test=2, size=32)
        run, _ = cls.train("first", data={"image_size": 32}, training={"epochs": 1},
                           backbone={"name": "mobilenet_v2", "weights": "random"})
        cls.weights = cls.folder / "weights.safetensors"
        cls.graft("export", run / "model.pt", "--format", "safetensors", "--output", cls.weights)
        header, values = read_safetensors(cls.weights)
        last = max((name for name in header if name != "__metadata__" and not name.startswith("head.")),
                   key=lambda name: header[name]["data_offsets"][1])
        cls.lost = last
        begin, end = header.pop(last)["data_offsets"]
        for name, entry in header.items():
            if name != "__metadata__" and entry["data_offsets"][0] >= end:
                entry["data_offsets"] = [offset - (end - begin) for offset in entry["data_offsets"]]
        cls.incomplete = cls.folder / "incomplete.safetensors"
        write_safetensors(cls.incomplete, header, values[:begin] + values[end:])

    def again(self, output, weights, expect=0, **allowed):
        return self.train(output, data={"image_size": 32}, training={"epochs": 1}, expect=expect,
                          backbone={"name": "mobilenet_v2", "weights": str(weights), **allowed})

    def test_another_head_is_left_out_and_told(self):
        for name, allowed in (("left-out", []), ("allowed", ["head.*"])):
            run, said = self.again(name, self.weights, may_be_unused=allowed)
            loading = read_json(run / "record.json")["model"]["loading"]
            self.assertIn("head.classifier.weight", loading["left_out"] + loading["unused"])
            self.assertIn("head.", said.err)

    def test_what_is_missing_is_an_error_until_it_is_allowed(self):
        _, said = self.again("lacks", self.incomplete, expect=3, may_be_unused=["head.*"])
        self.assertIn("missing in the file (1)", said.err)
        run, said = self.again("may-lack", self.incomplete, may_be_unused="head.*", may_be_absent=self.lost)
        self.assertEqual(len(read_json(run / "record.json")["model"]["loading"]["absent"]), 1)
        self.assertIn("1 tensors are not in the file and were drawn at random", said.err)

    def test_inspect_knows_the_architecture_and_the_classes(self):
        facts = self.graft("inspect", self.weights, "--json").json()
        self.assertEqual(facts["architecture"]["name"], "mobilenet_v2")
        self.assertEqual(facts["architecture"]["complete"], ["mobilenet_v2"])
        self.assertEqual(len(facts["classes"]), 8)
        self.assertEqual(facts["preprocessing"]["height"], 32)
        self.assertEqual(facts["types"], {"float32": len(facts["tensors"])})
        self.assertEqual(facts["stages"][0], {"name": "stem", "shape": [32, 112, 112], "parameters": 928})
        text = self.graft("inspect", self.weights).out
        self.assertIn("architecture   mobilenet_v2: ", text)
        self.assertIn("[1280,7,7]", text)

    def test_inspect_names_what_keeps_weights_from_being_of_an_architecture(self):
        facts = self.graft("inspect", self.incomplete, "--json").json()
        self.assertEqual(facts["architecture"]["name"], "mobilenet_v2")
        self.assertEqual(facts["architecture"]["complete"], [])
        self.assertEqual(len(facts["architecture"]["missing"]), 1)
        self.assertIn("nearest is mobilenet_v2", self.graft("inspect", self.incomplete).out)


class InspectedFiles(Workspace):
    def test_torchscript_is_shown_as_it_would_be_trained_on(self):
        facts = self.graft("inspect", NETWORKS / "residual_traced.pt", "--image-size", 32, "--json").json()
        self.assertEqual(facts["kind"], "TorchScript")
        self.assertEqual([stage["name"] for stage in facts["stages"]], ["conv1", "layer1", "layer2"])
        self.assertEqual(facts["stages"][-1]["shape"], [8, 4, 4])
        self.assertIn("its classifier fc (5 classes) is left out", facts["notes"][0])
        refused = self.graft("inspect", NETWORKS / "trained_traced.pt", expect=3)
        self.assertIn("is fixed to training mode", refused.err)
        odd = self.graft("inspect", NETWORKS / "noise_scripted.pt", "--json").json()
        self.assertIn("cannot be trained on", odd["notes"][0])

    def test_weights_of_no_known_network_are_shown_all_the_same(self):
        file = FIXTURES / "weights" / "fixtures" / "zip_network.pth"
        facts = self.graft("inspect", file, "--json").json()
        self.assertIsNone(facts["architecture"])
        self.assertEqual(facts["types"], {"float32": 5, "int64": 1})
        self.assertIn("none that graft knows", self.graft("inspect", file).out)


if __name__ == "__main__":
    workspace.main()
