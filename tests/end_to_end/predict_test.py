"""What is done with a model: `graft evaluate`, `predict`, `inspect`, `export`; and the command line as a whole."""

import json
import math
import os
import pty
import re
import shutil
import signal
import subprocess

import workspace
from workspace import Workspace, contents_of, read_json, read_rows

FILES_OF_AN_EVALUATION = {"evaluation.json", "report.txt", "classes.csv", "confusion.csv", "predictions.csv",
                          "predictions.jsonl", "report.html"}
CLASSES = ["butterfly", "feather", "fish", "flower", "gear", "leaf", "shell", "starfish"]


class ModelWorkspace(Workspace):
    """One trained model for all tests of a class: model.pt in the folder, images in data/."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.data = cls.draw_images()
        run, _ = cls.train("run", training={"epochs": 2})
        cls.record = read_json(run / "record.json")
        cls.model = cls.folder / "model.pt"
        shutil.copy(run / "model.pt", cls.model)


class Evaluate(ModelWorkspace):
    def test_agrees_with_the_test_after_training(self):
        evaluation = self.graft("evaluate", "model.pt", "data/test", "--json").json()
        tested = self.record["test"] | {"model": "model.pt"}  # this one is a copy
        self.assertEqual(evaluation, tested)

    def test_prints_a_report_for_people(self):
        said = self.graft("evaluate", "model.pt", "data/test")
        self.assertIn("macro average", said.out)
        self.assertRegex(said.out, rf"(?m)^accuracy +{self.record['test']['accuracy']:.4f} +0\.\d+ to [01]\.\d+$")
        for name in CLASSES:
            self.assertRegex(said.out, rf"(?m)^{name} ")

    def test_takes_several_folders(self):
        evaluation = self.graft("evaluate", "model.pt", "data/test", "data/train", "--json").json()
        self.assertEqual([folder["source"] for folder in evaluation["folders"]], ["data/test", "data/train"])
        self.assertEqual([folder["images"] for folder in evaluation["folders"]], [24, 64])
        self.assertEqual(evaluation["images"], 88)
        right = sum(folder["accuracy"] * folder["images"] for folder in evaluation["folders"])
        self.assertAlmostEqual(evaluation["accuracy"], right / 88)
        said = self.graft("evaluate", "model.pt", "data/test", "data/train")
        self.assertRegex(said.out, r"(?m)^data/train +64 ")
        self.assertRegex(said.out, r"(?m)^all +88 ")

    def test_writes_files_when_asked_to(self):
        self.graft("evaluate", "model.pt", "data/test", "--output", "one")
        self.assertEqual(contents_of(self.folder / "one"), FILES_OF_AN_EVALUATION)
        predictions = read_rows((self.folder / "one" / "predictions.csv").read_text(encoding="utf-8"))
        self.assertEqual(list(predictions[0]), ["file", "class", "predicted", "correct", *CLASSES])
        self.assertEqual(len(predictions), 24)
        lines = [json.loads(line) for line in (self.folder / "one" / "predictions.jsonl").read_text().splitlines()]
        self.assertEqual([line["file"] for line in lines], [row["file"] for row in predictions])
        self.assertEqual(lines[0]["probabilities"], {name: float(predictions[0][name]) for name in CLASSES})
        confusion = read_rows((self.folder / "one" / "confusion.csv").read_text(encoding="utf-8"))
        self.assertEqual(sum(int(row[name]) for row in confusion for name in CLASSES), 24)
        again = self.graft("evaluate", "model.pt", "data/test", "--output", "one", expect=2)
        self.assertIn("--output: one/predictions.csv is already there", again.err)
        self.graft("evaluate", "model.pt", "data/test", "--output", "one", "--force")

    def test_writes_files_of_each_folder_and_of_all(self):
        self.graft("evaluate", "model.pt", "data/test", "data/train", "--output", "two")
        total = FILES_OF_AN_EVALUATION - {"predictions.csv", "predictions.jsonl"}
        expected = {f"{folder}/{name}" for folder in ("test", "train") for name in FILES_OF_AN_EVALUATION}
        self.assertEqual(contents_of(self.folder / "two"), expected | total)
        self.assertEqual(read_json(self.folder / "two" / "evaluation.json")["images"], 88)

    def test_compares_two_models_on_the_same_images(self):
        said = self.graft("evaluate", "model.pt", "data/test", "--compare", "model.pt", "--output", "compared")
        self.assertRegex(said.out, r"(?m)^compared +right on both \d+, on this alone 0, on the other alone 0, .*p = 1$")
        found = read_json(self.folder / "compared" / "evaluation.json")
        self.assertEqual(found["comparison"]["other"], "model.pt")
        self.assertEqual(found["comparison"]["both_right"] + found["comparison"]["both_wrong"], 24)
        self.assertEqual((self.folder / "compared" / "differences.csv").read_text(), "file,class,this,other\n")

    def test_says_unknown_where_it_is_not_sure_enough(self):
        rows = read_rows(self.graft("predict", "model.pt", "data/test", "--min-confidence", "1").out)
        self.assertEqual({row["class"] for row in rows}, {"unknown"})
        line = self.graft("predict", "model.pt", "data/test/fish", "--min-margin", "1", "--json").out.splitlines()[0]
        self.assertEqual(json.loads(line)["answer"], "unknown")
        half = self.graft("evaluate", "model.pt", "data/test", "--min-confidence", "0.5", "--json").json()
        rows = read_rows(self.graft("predict", "model.pt", "data/test", "--min-confidence", "0.5").out)
        self.assertEqual(half["decision"]["answered"], sum(row["class"] != "unknown" for row in rows))

    def test_gates_may_ask_for_every_figure(self):
        self.graft("evaluate", "model.pt", "data/test", "--fail-under",
                   "balanced_accuracy=0,roc_auc=0.1,cohen_kappa=-1,matthews=-1,brier=2,ece=1")
        said = self.graft("evaluate", "model.pt", "data/test", "--fail-under", "ece=0", expect=4)
        self.assertIn("the ece is ", said.err)

    def test_reports_the_top_k_that_are_asked_for(self):
        top = self.graft("evaluate", "model.pt", "data/test", "--top-k", "2,7,8", "--json").json()["top_k"]
        self.assertEqual(set(top), {"1", "2", "7"})  # the eighth of eight classes is always among the eight
        self.assertLessEqual(top["1"], top["2"])
        self.assertLessEqual(top["2"], top["7"])

    def test_other_classes_are_an_error_unless_the_known_ones_are_asked_for(self):
        other = self.folder / "other"
        shutil.copytree(self.data / "test", other)
        (other / "leaf").rename(other / "laef")
        said = self.graft("evaluate", "model.pt", "other", expect=3)
        self.assertIn('unknown: laef (did you mean "leaf"?)', said.err)
        self.assertEqual(said.out, "")
        said = self.graft("evaluate", "model.pt", "other", "--classes", "use_known", "--json")
        self.assertIn("warning: other: the class folder laef is left out", said.err)
        self.assertEqual(said.json()["images"], 21)

    def test_bad_images_are_an_error_unless_they_are_to_be_skipped(self):
        other = self.folder / "with-damage"
        shutil.copytree(self.data / "test", other)
        self.damage(other / "fish" / "000.jpg")
        self.damage(other / "leaf" / "002.jpg", b"")
        said = self.graft("evaluate", "model.pt", "with-damage", "--output", "nothing", expect=3)
        self.assertIn("2 of 24 images in with-damage cannot be read", said.err)
        self.assertIn("with-damage/fish/000.jpg", said.err)
        self.assertIn("with-damage/leaf/002.jpg", said.err)
        self.assertFalse((self.folder / "nothing" / "predictions.csv").exists())
        said = self.graft("evaluate", "model.pt", "with-damage", "--on-bad-image", "skip", "--json")
        self.assertEqual(said.json()["images"], 22)
        self.assertIn("they are left out", said.err)

    def test_a_gate_that_is_not_met_is_exit_code_4_after_the_report(self):
        twins = self.folder / "twins"
        shutil.copytree(self.data / "test", twins)
        shutil.copy(twins / "fish" / "000.jpg", twins / "leaf" / "twin.jpg")  # one picture, two classes
        said = self.graft("evaluate", "model.pt", "twins", "--fail-under", "1", expect=4)
        self.assertIn("macro average", said.out)
        self.assertIn("below the 1 that --fail-under asks for", said.err)
        self.graft("evaluate", "model.pt", "twins", "--fail-under", "0")

    def test_absent_folders_are_named_before_anything_is_read(self):
        said = self.graft("evaluate", "model.pt", "data/test", "no-such-folder", "--output", "never", expect=3)
        self.assertIn("no-such-folder: there is no such folder", said.err)
        self.assertFalse((self.folder / "never").exists())


class Predict(ModelWorkspace):
    def rows(self, *arguments, **options):
        return read_rows(self.graft("predict", "model.pt", *arguments, **options).out)

    def test_an_image_is_a_row(self):
        self.assertEqual(len(self.rows("data/test/fish/000.jpg")), 1)
        row = self.rows("data/test/fish/000.jpg")[0]
        self.assertEqual(list(row), ["file", "class", "probability", "error"])
        self.assertEqual(row["file"], "data/test/fish/000.jpg")
        self.assertIn(row["class"], CLASSES)
        self.assertEqual(row["error"], "")

    def test_a_folder_is_a_row_for_each_image_in_order(self):
        files = [row["file"] for row in self.rows("data/test")]
        self.assertEqual(len(files), 24)
        self.assertEqual(files, sorted(files))

    def test_gives_the_probabilities_of_the_evaluation(self):
        self.graft("evaluate", "model.pt", "data/test", "--output", "evaluation")
        file = self.folder / "evaluation" / "predictions.csv"
        evaluated = read_rows(file.read_text(encoding="utf-8"))
        for expected, row in zip(evaluated, self.rows("data/test", "--probabilities"), strict=True):
            self.assertEqual(row["file"], f"data/test/{expected['file']}")
            self.assertEqual([row[name] for name in CLASSES], [expected[name] for name in CLASSES])
            self.assertEqual(row["class"], expected["predicted"])
            self.assertAlmostEqual(math.fsum(float(row[name]) for name in CLASSES), 1, places=5)

    def test_the_likeliest_classes_come_first(self):
        row = self.rows("data/test/leaf/001.jpg", "--top-k", "3")[0]
        shares = [float(row[f"probability_{rank}"]) for rank in (1, 2, 3)]
        self.assertEqual(shares, sorted(shares, reverse=True))
        self.assertEqual(len({row[f"class_{rank}"] for rank in (1, 2, 3)}), 3)
        self.assertEqual(len(self.rows("data/test/leaf/001.jpg", "--top-k", "100")[0]), 2 + 2 * len(CLASSES))

    def test_json_lines_say_the_same_as_csv(self):
        arguments = ("data/test/gear", "--top-k", "2", "--probabilities")
        lines = [json.loads(line) for line in self.graft("predict", "model.pt", *arguments, "--json").out.splitlines()]
        same = self.graft("predict", "model.pt", *arguments, "--format", "jsonl").out.splitlines()
        self.assertEqual(lines, [json.loads(line) for line in same])
        for line, row in zip(lines, self.rows(*arguments), strict=True):
            self.assertEqual(line["file"], row["file"])
            self.assertEqual([entry["class"] for entry in line["predictions"]], [row["class_1"], row["class_2"]])
            self.assertEqual(line["probabilities"], {name: float(row[name]) for name in CLASSES})

    def test_paths_can_come_from_standard_input(self):
        paths = [f"data/test/{name}/000.jpg" for name in ("shell", "gear", "leaf")]
        rows = self.rows("-", stdin="\n".join(paths) + "\n\n")
        self.assertEqual([row["file"] for row in rows], paths)
        alone = self.rows("data/test/fish/000.jpg", "-", "data/test/fish/001.jpg", stdin=paths[0])
        self.assertEqual([row["file"] for row in alone],
                         ["data/test/fish/000.jpg", paths[0], "data/test/fish/001.jpg"])
        self.assertEqual(alone[1]["probability"], rows[0]["probability"])

    def test_paths_from_standard_input_are_answered_as_they_come(self):
        with self.start("predict", "model.pt", "-", stdin=subprocess.PIPE) as process:
            for name in ("fish", "leaf"):
                process.stdin.write(f"data/test/{name}/001.jpg\n")
                process.stdin.flush()
                if name == "fish":
                    self.assertEqual(process.stdout.readline(), "file,class,probability,error\n")
                self.assertTrue(process.stdout.readline().startswith(f"data/test/{name}/001.jpg,"))
            process.stdin.close()
            self.assertEqual(process.wait(workspace.TIMEOUT_SECONDS), 0)

    def test_a_bad_image_is_a_row_with_an_error(self):
        self.damage(self.folder / "bad, image.jpg")
        said = self.graft("predict", "model.pt", "bad, image.jpg", "data/test/fish/000.jpg", "absent.png",
                          "--probabilities")
        rows = read_rows(said.out)
        self.assertEqual([bool(row["error"]) for row in rows], [True, False, True])
        self.assertEqual(rows[0]["file"], "bad, image.jpg")
        self.assertIn("bad, image.jpg", rows[0]["error"])
        self.assertEqual(rows[0]["class"], "")
        self.assertIn("No such file", rows[2]["error"])
        self.assertIn("warning: 2 of 3 images could not be read", said.err)
        lines = self.graft("predict", "model.pt", "bad, image.jpg", "data/test/fish/000.jpg", "--json").out.splitlines()
        self.assertEqual([set(json.loads(line)) for line in lines], [{"file", "error"}, {"file", "predictions"}])

    def test_nothing_but_bad_images_is_an_error(self):
        self.damage(self.folder / "bad.jpg", b"")
        said = self.graft("predict", "model.pt", "bad.jpg", expect=3)
        self.assertEqual(len(read_rows(said.out)), 1)
        self.assertIn("none of the 1 images could be read", said.err)

    def test_no_image_at_all_is_an_error(self):
        (self.folder / "empty").mkdir()
        self.assertIn("there are no images to classify", self.graft("predict", "model.pt", "empty", expect=3).err)
        self.assertIn("there are no images to classify", self.graft("predict", "model.pt", "-", expect=3).err)

    def test_rows_can_go_to_a_file(self):
        said = self.graft("predict", "model.pt", "data/test", "--output", "rows/all.csv")
        self.assertEqual(said.out, "")
        written = (self.folder / "rows" / "all.csv").read_text(encoding="utf-8")
        self.assertEqual(written, self.graft("predict", "model.pt", "data/test").out)
        self.assertEqual(contents_of(self.folder / "rows"), {"all.csv"})

    def test_rows_never_replace_a_file_unless_told_to(self):
        photo = self.folder / "photo.jpg"
        photo.write_bytes((self.folder / "data/test/fish/001.jpg").read_bytes())
        picture = photo.read_bytes()
        said = self.graft("predict", "model.pt", "photo.jpg", "--output", "photo.jpg", expect=2)
        self.assertIn("--output: photo.jpg is already there", said.err)
        self.assertEqual(photo.read_bytes(), picture)
        (self.folder / "old.csv").write_text("old", encoding="utf-8")
        self.graft("predict", "model.pt", "photo.jpg", "--output", "old.csv", "--force")
        self.assertTrue((self.folder / "old.csv").read_text(encoding="utf-8").startswith("file,class,"))

    def test_the_number_of_workers_changes_nothing(self):
        one = self.graft("predict", "model.pt", "data/test", "--probabilities", "--workers", "1").out
        self.assertEqual(self.graft("predict", "model.pt", "data/test", "--probabilities", "--workers", "3").out, one)

    def test_a_reader_that_goes_away_ends_it_quietly(self):
        with self.start("predict", "model.pt", "-", stdin=subprocess.PIPE) as process:
            for answered in (True, False):
                process.stdin.write("data/test/fish/001.jpg\n")
                process.stdin.flush()
                if answered:
                    process.stdout.readline()
                    process.stdout.close()
            self.assertEqual(process.wait(workspace.TIMEOUT_SECONDS), -signal.SIGPIPE)
            self.assertEqual(process.stderr.read(), "")


class ModelFiles(ModelWorkspace):
    """`graft inspect` and `graft export`."""

    def test_inspect_shows_what_the_model_knows_about_itself(self):
        facts = self.graft("inspect", "model.pt", "--json").json()
        self.assertEqual(facts["classes"], CLASSES)
        self.assertEqual(facts["preprocessing"]["height"], 64)
        self.assertEqual(facts["preprocessing"]["colour_order"], "RGB")
        self.assertEqual(facts["backbone"]["name"], "efficientnet_lite0")
        self.assertEqual(facts["backbone"]["freeze"], "all")
        self.assertEqual(facts["config"], self.record["config"])
        self.assertGreater(facts["parameters"], 3_000_000)
        text = self.graft("inspect", "model.pt").out
        self.assertIn(", ".join(CLASSES), text)
        self.assertIn("efficientnet_lite0", text)

    def test_files_that_are_no_models_are_refused_by_every_command(self):
        (self.folder / "notes.txt").write_text("no model", encoding="utf-8")
        (self.folder / "cut.pt").write_bytes(self.model.read_bytes()[:100_000])
        for file, reason in (("notes.txt", "notes.txt: "), ("cut.pt", "cut.pt: "), ("absent.pt", "absent.pt: ")):
            for command in (["inspect", file], ["evaluate", file, "data/test"], ["predict", file, "data/test"],
                            ["export", file, "--format", "torchscript", "--output", "never.pt"]):
                self.assertIn(reason, self.graft(*command, expect=3).err)
        self.assertFalse((self.folder / "never.pt").exists())

    def test_an_exported_model_predicts_the_same(self):
        said = self.graft("export", "model.pt", "--format", "torchscript")
        self.assertEqual(said.out, "model.torchscript.pt\n")
        expected = self.graft("predict", "model.pt", "data/test", "--probabilities").out
        self.assertEqual(self.graft("predict", "model.torchscript.pt", "data/test", "--probabilities").out, expected)
        facts = [self.graft("inspect", file, "--json").json() for file in ("model.pt", "model.torchscript.pt")]
        for fact in facts:
            del fact["file"], fact["bytes"]
        self.assertEqual(facts[0], facts[1])

    def test_export_never_replaces_a_file_unless_it_is_told_to(self):
        there = self.folder / "there.pt"
        there.write_text("precious", encoding="utf-8")
        command = ["export", "model.pt", "--format", "torchscript", "--output", "there.pt"]
        refused = self.graft(*command, expect=2)
        self.assertIn("--output: there.pt is already there; name another file, or --force to replace it", refused.err)
        self.assertEqual(there.read_text(encoding="utf-8"), "precious")
        self.graft(*command, "--force")
        self.graft("inspect", "there.pt")

    def test_an_unknown_format_is_a_usage_error(self):
        said = self.graft("export", "model.pt", "--format", "torchscrip", expect=2)
        self.assertIn('--format: expected one of torchscript, onnx, safetensors, got "torchscrip" (did you mean "torch',
                      said.err)


class CommandLine(Workspace):
    def commands_in(self, *path):
        """The names below "Subcommands:" in a command's help."""
        text = self.graft(*path, "--help").out
        self.assertIn("Usage:", text)
        section = text.partition("Subcommands:\n")[2]
        return re.findall(r"(?m)^  ([a-z]+) ", section)

    def test_every_command_has_help(self):
        commands = self.commands_in()
        self.assertLessEqual({"train", "evaluate", "predict", "export", "config", "data", "inspect", "doctor"},
                             set(commands))
        nested = [(command, sub) for command in commands for sub in self.commands_in(command)]
        self.assertLessEqual({("config", "check"), ("config", "init"), ("config", "schema"), ("data", "check"),
                              ("data", "sample")}, set(nested))
        for path in [(command,) for command in commands] + nested:
            said = self.graft(*path, "--help")
            self.assertEqual(said.err, "", path)
            self.assertRegex(said.out.splitlines()[0], r"^[A-Z].{10,}", path)
            self.assertIn("-h,--help", said.out, path)

    def test_a_command_that_lacks_its_subcommand_shows_its_help(self):
        for path, name in (((), "evaluate"), (("data",), "sample"), (("config",), "schema")):
            said = self.graft(*path, expect=2)
            self.assertIn("Subcommands:", said.err)
            self.assertIn(name, said.err)
            self.assertEqual(said.out, "")

    def test_unknown_commands_and_options_get_a_suggestion(self):
        said = self.graft("trian", "run.json", expect=2)
        self.assertIn('unknown command "trian" (did you mean "train"?)', said.err)
        self.assertIn("See: graft --help", said.err)
        said = self.graft("train", "run.json", "--overwite", expect=2)
        self.assertIn('unknown option --overwite (did you mean "--overwrite"?)', said.err)
        self.assertIn("See: graft train --help", said.err)
        said = self.graft("config", "chekc", expect=2)
        self.assertIn('unknown command "chekc" (did you mean "check"?)', said.err)

    def test_missing_and_wrong_arguments_are_usage_errors(self):
        self.assertIn("config is required", self.graft("train", expect=2).err)
        self.assertIn("--top-k", self.graft("evaluate", "model.pt", "data", "--top-k", "0", expect=2).err)
        self.assertIn("--fail-under", self.graft("train", "run.json", "--fail-under", "2", expect=2).err)
        self.assertIn("--format", self.graft("predict", "model.pt", "data", "--format", "xml", expect=2).err)

    def test_the_version_names_what_graft_is_made_of_a_line_each(self):
        lines = self.graft("--version").out.splitlines()
        self.assertRegex(lines[0], r"^graft +\d+\.\d+\.\d+$")
        names = [line.split()[0] for line in lines]
        for name in ("LibTorch", "oneDNN", "OpenCV", "libzip", "compiler"):
            self.assertIn(name, names)
        self.assertTrue({"libjpeg", "libjpeg-turbo"} & set(names))

    def test_doctor_shows_what_it_found(self):
        facts = self.graft("doctor", "--json").json()
        self.assertGreaterEqual(facts["cores"], 1)
        self.assertIn("efficientnet_lite0.imagenet", [file["name"] for file in facts["weights"]["files"]])
        self.assertIn("LibTorch", self.graft("doctor").out)

    def said_on_a_terminal(self, **environment):
        """What a failing command writes to standard error when that is a terminal."""
        reader, writer = pty.openpty()
        inherited = {key: value for key, value in self.environment.items() if key != "NO_COLOR"}
        process = subprocess.Popen([workspace.EXECUTABLE, "nothing"], stderr=writer, cwd=self.folder,
                                   env=inherited | {"TERM": "xterm"} | environment)
        os.close(writer)
        said = b""
        try:
            while chunk := os.read(reader, 4096):
                said += chunk
        except OSError:  # how a pseudo-terminal says that its other side is closed
            pass
        os.close(reader)
        self.assertEqual(process.wait(), 2)
        return said.decode()

    def test_colours_are_for_terminals_that_want_them(self):
        self.assertIn("\x1b[31merror:\x1b[0m", self.said_on_a_terminal())
        self.assertNotIn("\x1b[31m", self.said_on_a_terminal(NO_COLOR="1"))
        self.assertNotIn("\x1b[31m", self.said_on_a_terminal(TERM="dumb"))
        self.assertNotIn("\x1b", self.graft("nothing", expect=2).err)


class Explain(ModelWorkspace):
    def test_heat_maps_are_written_beside_the_rows(self):
        said = self.graft("predict", "model.pt", "data/test/gear", "--explain", "maps")
        self.assertEqual(len(read_rows(said.out)), 3)
        self.assertEqual(contents_of(self.folder / "maps"),
                         {"00001-000.png", "00002-001.png", "00003-002.png"})
        self.graft("predict", "model.pt", "data/test/gear", "--explain", "maps", expect=2)


class ConfigCommand(Workspace):
    """`graft config` and `graft data check`."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.data = cls.draw_images(train=2, test=1)

    def test_init_writes_a_config_that_check_likes(self):
        said = self.graft("config", "init", "--output", "new.json", "--data", "data")
        self.assertEqual(said.out, "new.json\n")
        config = read_json(self.folder / "new.json")
        self.assertEqual((config["data"]["train"], config["data"]["test"]), ("data/train", "data/test"))
        checked = self.graft("config", "check", "new.json")
        self.assertTrue(checked.out.startswith("new.json: OK\n"))
        self.assertIn("data/train", checked.out)
        refused = self.graft("config", "init", "--output", "new.json", expect=2)
        self.assertIn("--output: new.json is already there", refused.err)

    def test_init_understands_class_folders_without_a_test_part(self):
        self.graft("config", "init", "--output", "flat.json", "--data", "data/train")
        self.assertEqual(read_json(self.folder / "flat.json")["data"]["train"], "data/train")
        self.assertNotIn("test", read_json(self.folder / "flat.json")["data"])

    def test_check_lists_all_problems(self):
        (self.folder / "wrong.json").write_text('{"data": {"trian": "x"}, "seed": -1}', encoding="utf-8")
        said = self.graft("config", "check", "wrong.json", expect=2)
        self.assertIn('wrong.json: /data/trian: unknown key (did you mean "train"?)', said.err)
        self.assertIn("wrong.json: /data/train: is missing", said.err)
        self.assertIn("wrong.json: /seed: expected integer >= 0, got -1", said.err)
        self.assertEqual(said.out, "")

    def test_check_prints_the_config_with_all_defaults(self):
        _, file = self.config("some")
        resolved = self.graft("config", "check", file, "--json", "--set", "/training/epochs=9").json()
        self.assertEqual(resolved["training"]["epochs"], 9)
        self.assertEqual(resolved["training"]["optimizer"]["betas"], [0.9, 0.999])
        (self.folder / "resolved.json").write_text(json.dumps(resolved), encoding="utf-8")
        again = self.graft("config", "check", "resolved.json", "--json").json()
        self.assertEqual(again, resolved)  # what is resolved stays as it is

    def test_schema_knows_every_key_of_a_config(self):
        schema = self.graft("config", "schema").json()
        self.assertEqual(schema["type"], "object")
        self.assertLessEqual({"data", "backbone", "head", "training", "callbacks", "output"},
                             set(schema["properties"]))
        self.graft("config", "schema", "--output", "schema.json")
        self.assertEqual(read_json(self.folder / "schema.json"), schema)
        self.assertIn("| `epochs` |", self.graft("config", "docs").out)

    def test_data_check_counts_and_finds_damage(self):
        self.assertRegex(self.graft("data", "check", "data/train").out, r"(?m)^all +16 +0$")
        bad = self.data / "train" / "gear" / "001.jpg"
        with self.put_back(bad):
            self.damage(bad)
            said = self.graft("data", "check", "data/train", "--json", expect=3)
        self.assertEqual([entry["file"] for entry in said.json()["bad"]], ["gear/001.jpg"])
        self.assertIn("data/train: 1 of 16 images cannot be used", said.err)

    def test_data_check_finds_leaks_and_writes_a_list_without_them(self):
        leak = self.data / "test" / "gear" / "copy.jpg"
        with self.put_back(leak):
            shutil.copy(self.data / "train" / "gear" / "001.jpg", leak)
            said = self.graft("data", "check", "data", "--output", "found", "--fix", "clean.csv")
            self.assertIn("test/gear/copy.jpg = train/gear/001.jpg\n", said.out)
            self.assertEqual(contents_of(self.folder / "found"), {"findings.html", "findings.json", "findings.csv"})
            findings = {one["kind"]: one for one in read_json(self.folder / "found" / "findings.json")["findings"]}
            self.assertEqual([image["file"] for image in findings["leaks"]["images"]], ["gear/copy.jpg"])
            rows = read_rows((self.folder / "clean.csv").read_text(encoding="utf-8"))
            self.assertEqual(len(rows), 16 + 9 - 1)
            self.assertNotIn("data/train/gear/001.jpg", [row["image_path"] for row in rows])
            fixed = self.graft("data", "check", "clean.csv", "--list", "split_column=split", "--json").json()
            self.assertNotIn("leaks", [finding["kind"] for finding in fixed["findings"]])
            self.graft("data", "check", "data", "--strict", expect=4)
            refused = self.graft("data", "check", "data", "--fix", "clean.csv", expect=2)
            self.assertIn("--fix: clean.csv is already there", refused.err)
            against = self.graft("data", "check", "data/train", "--against", "data/test", "--json").json()
            self.assertEqual([part["name"] for part in against["parts"]], ["train", "data/test"])

    def test_samples_never_go_into_a_folder_that_holds_something(self):
        said = self.graft("data", "sample", "data", expect=3)
        self.assertIn("data: is not empty", said.err)


if __name__ == "__main__":
    workspace.main()
