"""`graft train` from the command line to the run folder."""

import fcntl
import os
import shutil

import workspace
from workspace import Workspace, contents_of, read_history, read_json, read_rows

FILES_OF_A_RUN = {"config.json", "split.json", "findings.json", "history.csv", "record.json", "model.pt", "checkpoint/last.pt",
                  "test/predictions.csv", "test/predictions.jsonl", "test/evaluation.json", "test/report.txt",
                  "test/classes.csv", "test/confusion.csv", "report.html", "log.txt", "graft.lock"}
FILES_OF_A_REFUSED_RUN = {"log.txt", "graft.lock"}  # the log says why


class Run(Workspace):
    """One training, looked at from all sides."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.draw_images()
        cls.run_folder, cls.said = cls.train("run")
        cls.record = read_json(cls.run_folder / "record.json")

    def test_its_folder_holds_what_is_promised_and_nothing_else(self):
        self.assertEqual(contents_of(self.run_folder), FILES_OF_A_RUN)

    def test_results_go_to_standard_output_and_progress_to_standard_error(self):
        self.assertIn("accuracy", self.said.out)
        self.assertIn("model     run/model.pt", self.said.out)
        self.assertNotIn("epoch 1/3", self.said.out)
        for epoch in ("epoch 1/3", "epoch 2/3", "epoch 3/3"):
            self.assertIn(epoch, self.said.err)
        self.assertNotIn("\x1b", self.said.err)

    def test_the_log_holds_what_was_said(self):
        log = (self.run_folder / "log.txt").read_text(encoding="utf-8")
        for line in self.said.err.splitlines():
            self.assertIn(line, log)

    def test_the_frozen_part_did_not_change(self):
        proof = self.record["freeze_proof"]
        self.assertIs(proof["equal"], True)
        self.assertRegex(proof["before"], "^[0-9a-f]{64}$")
        self.assertEqual(proof["before"], proof["after"])

    def test_its_parts_agree_with_each_other(self):
        config = read_json(self.run_folder / "config.json")
        self.assertEqual(self.record["config"], config)
        self.assertEqual(config["training"]["epochs"], 3)
        self.assertEqual(config["data"]["on_bad_image"], "fail")  # defaults are written out
        history = read_history(self.run_folder)
        self.assertEqual([row["epoch"] for row in history], ["0", "1", "2"])
        for written, recorded in zip(history, self.record["history"], strict=True):
            self.assertEqual(float(written["val_loss"]), recorded["val_loss"])
        self.assertEqual(self.record["test"], read_json(self.run_folder / "test" / "evaluation.json"))

    def test_the_split_names_every_training_image_once(self):
        split = read_json(self.run_folder / "split.json")
        images = sorted(str(file.relative_to(self.folder / "data" / "train"))
                        for file in (self.folder / "data" / "train").glob("*/*"))
        self.assertEqual(sorted(split["train"] + split["validation"]), images)
        self.assertEqual(len(split["validation"]), 16)  # a quarter of eight images of each of eight classes

    def test_the_predictions_give_the_accuracy_that_is_reported(self):
        rows = read_rows((self.run_folder / "test" / "predictions.csv").read_text(encoding="utf-8"))
        self.assertEqual(len(rows), 24)
        right = sum(row["class"] == row["predicted"] for row in rows)
        self.assertAlmostEqual(self.record["test"]["accuracy"], right / len(rows))
        self.assertEqual(right, sum(row["correct"] == "1" for row in rows))

    def test_a_second_run_into_its_folder_is_refused(self):
        before = (self.run_folder / "history.csv").read_bytes()
        refused = self.graft("train", "run.json", expect=2)
        self.assertIn("/output: run already holds a run", refused.err)
        self.assertIn("--resume", refused.err)
        self.assertIn("--overwrite", refused.err)
        self.assertEqual((self.run_folder / "history.csv").read_bytes(), before)
        self.assertEqual(contents_of(self.run_folder), FILES_OF_A_RUN)

    def test_the_outcome_is_one_json_object_when_asked_for(self):
        _, said = self.train("as-json", "--json", training={"epochs": 1})
        outcome = said.json()
        self.assertEqual(outcome["end"], "completed")
        self.assertEqual(outcome["model"], "as-json/model.pt")
        self.assertEqual(len(outcome["history"]), 1)
        self.assertIn("accuracy", outcome["test"])


class SameSeed(Workspace):
    """Numbers that must not depend on anything but the config."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.draw_images()
        cls.first, _ = cls.train("first", data={"workers": 2})

    def predictions(self, run):
        return (run / "test" / "predictions.csv").read_text(encoding="utf-8")

    def assert_same_numbers(self, run):
        self.assertEqual(read_history(run), read_history(self.first))
        self.assertEqual(self.predictions(run), self.predictions(self.first))

    def test_gives_the_same_history_and_predictions(self):
        again, _ = self.train("again", data={"workers": 2})
        self.assert_same_numbers(again)

    def test_gives_the_same_with_another_number_of_workers(self):
        one, _ = self.train("one-worker", data={"workers": 1})
        self.assert_same_numbers(one)

    def test_gives_the_same_without_keeping_features(self):
        anew, _ = self.train("anew", features={"keep": "none"})
        self.assertEqual(read_json(anew / "record.json")["features"]["found"], 0)
        self.assert_same_numbers(anew)

    def test_finds_the_features_of_an_earlier_run(self):
        for name, head in (("kept", [32]), ("found", [32]), ("other-head", [])):
            run, _ = self.train(name, features={"keep": "shared"}, head={"hidden": head})
            record = read_json(run / "record.json")["features"]
            self.assertEqual(record["computed"] == 0, name != "kept")
            if head:
                self.assert_same_numbers(run)

    def test_is_what_makes_them_equal(self):
        other, _ = self.train("other-seed", seed=8)
        self.assertNotEqual(read_history(other), read_history(self.first))
        self.assertNotEqual(self.predictions(other), self.predictions(self.first))


class Interruption(Workspace):
    """SIGINT, and going on afterwards."""

    CALLBACKS = [{"name": "reduce_lr_on_plateau", "monitor": "val_loss", "factor": 0.5, "patience": 1}]
    EPOCHS = 40

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.draw_images()

    def test_in_an_epoch_saves_the_state_and_resuming_gives_the_numbers_of_an_uninterrupted_run(self):
        sections = {"callbacks": self.CALLBACKS, "training": {"epochs": self.EPOCHS}}
        straight, _ = self.train("straight", **sections)
        _, file = self.config("paused", **sections)
        paused = self.folder / "paused"

        stopped = self.interrupt_when("epoch 3/", "train", file)
        self.assertEqual(stopped.code, 130)
        self.assertIn("--resume", stopped.err)
        done = len(read_history(paused))
        self.assertGreaterEqual(done, 3)
        self.assertLess(done, self.EPOCHS)
        self.assertEqual(read_json(paused / "record.json")["end"], "interrupted")
        self.assertEqual(contents_of(paused) - {"checkpoint/previous.pt"},
                         {name for name in FILES_OF_A_RUN if not name.startswith("test/")})
        self.graft("predict", paused / "model.pt", "data/test")  # the model of an interrupted run can be used

        resumed = self.graft("train", file, "--resume")
        self.assertIn(f"resumed after epoch {done} of {self.EPOCHS}", resumed.err)  # and some batches of the next
        self.assertEqual(read_history(paused), read_history(straight))
        self.assertEqual((paused / "test" / "predictions.csv").read_bytes(),
                         (straight / "test" / "predictions.csv").read_bytes())
        rates = {row["learning_rate"] for row in read_history(straight)}
        self.assertGreater(len(rates), 1, "the callback had nothing to remember")
        log = (paused / "log.txt").read_text(encoding="utf-8")
        self.assertIn("epoch 1/40", log)  # what was said before the pause is kept
        self.assertIn("resumed after epoch", log)

    def test_before_training_leaves_nothing_that_looks_like_a_result(self):
        _, file = self.config("early", data={"image_size": 224})  # computing features takes a while
        stopped = self.interrupt_when("model ", "train", file)
        self.assertEqual(stopped.code, 130)
        self.assertIn("interrupted before the first epoch was over", stopped.err)
        self.assertEqual(contents_of(self.folder / "early"),
                         {"config.json", "split.json", "findings.json", "log.txt", "graft.lock"})

        # Nothing is lost, so that the folder is as good as a new one, whichever way one goes on.
        resumed = self.graft("train", file, "--resume", "--set", "/training/epochs=1")
        self.assertIn("note: there is no checkpoint to resume from: the run begins", resumed.err)
        self.assertEqual(contents_of(self.folder / "early"), FILES_OF_A_RUN)

    def test_before_the_first_batch_leaves_a_folder_that_the_same_command_takes(self):
        _, file = self.config("early-again", data={"image_size": 224})
        self.interrupt_when("model ", "train", file)
        self.graft("train", file, "--set", "/training/epochs=1")
        self.assertEqual(contents_of(self.folder / "early-again"), FILES_OF_A_RUN)

    def test_a_config_that_somebody_put_into_the_run_folder_is_not_replaced(self):
        _, file = self.config("mine")
        (self.folder / "mine").mkdir()
        own = self.folder / "mine" / "config.json"
        own.write_bytes(file.read_bytes())
        self.assertIn("mine holds config.json, which no run of graft has written", self.graft("train", own, expect=2).err)
        self.assertEqual(own.read_bytes(), file.read_bytes())

    def test_more_epochs_can_be_asked_for_when_resuming(self):
        straight, _ = self.train("four", training={"epochs": 4})
        _, file = self.config("two-and-two", training={"epochs": 2})
        self.graft("train", file)
        self.graft("train", file, "--resume", "--set", "/training/epochs=4")
        self.assertEqual(read_history(self.folder / "two-and-two"), read_history(straight))

    def test_resuming_with_another_config_is_refused(self):
        _, file = self.config("changed", training={"epochs": 1})
        self.graft("train", file)
        before = read_json(self.folder / "changed" / "config.json")
        refused = self.graft("train", file, "--resume", "--set", "/training/optimizer/learning_rate=0.1",
                             "--set", "/head/hidden=[16]", expect=2)
        self.assertIn("changed/checkpoint/last.pt: is the checkpoint of another run; resume with what it was started "
                      "with:\n  /head/hidden/0: 32 then, 16 now\n"
                      "  /training/optimizer/learning_rate: 0.003 then, 0.1 now\n", refused.err)
        self.assertEqual(read_json(self.folder / "changed" / "config.json"), before)

    def test_what_may_differ_when_resuming(self):
        _, file = self.config("moved", training={"epochs": 1})
        self.graft("train", file)
        (self.folder / "moved").rename(self.folder / "there")
        self.graft("train", file, "--resume", "--set", "/output=there", "--set", "/name=another", "--set",
                   "/training/epochs=2", "--set", "/data/workers=1", "--set", "/features/keep=none",
                   "--set", "/features/limit_gb=1")
        self.assertEqual(len(read_history(self.folder / "there")), 2)

    def test_resuming_with_other_images_is_refused(self):
        _, file = self.config("images", training={"epochs": 1})
        self.graft("train", file)
        new = self.folder / "data" / "train" / "fish" / "new.jpg"
        with self.put_back(new):
            new.write_bytes(next((self.folder / "data" / "train" / "fish").iterdir()).read_bytes())
            refused = self.graft("train", file, "--resume", "--set", "/training/epochs=2", expect=2)
        self.assertRegex(refused.err, r'/data/images_sha256: "[0-9a-f]{64}" then, "[0-9a-f]{64}" now')

    def test_resuming_where_nothing_is_yet_begins_the_run(self):
        _, file = self.config("nothing-yet", training={"epochs": 1})  # launchers always pass --resume
        begun = self.graft("train", file, "--resume")
        self.assertIn("note: there is no checkpoint to resume from: the run begins", begun.err)
        self.assertEqual(contents_of(self.folder / "nothing-yet"), FILES_OF_A_RUN)

    def test_resuming_needs_the_checkpoint_of_a_run_that_is_there(self):
        run, _ = self.train("lost", training={"epochs": 1})
        (run / "checkpoint" / "last.pt").unlink()
        refused = self.graft("train", "lost.json", "--resume", expect=3)
        self.assertIn("lost/checkpoint/last.pt: there is no checkpoint to resume from", refused.err)
        self.assertTrue((run / "model.pt").exists())

    def test_two_runs_do_not_share_a_folder(self):
        run, _ = self.train("shared", training={"epochs": 1})
        before = contents_of(run)
        with open(run / "graft.lock", "rb") as held:
            fcntl.flock(held, fcntl.LOCK_EX)  # as a run does while it lasts
            refused = self.graft("train", "shared.json", "--overwrite", expect=2)
        self.assertRegex(refused.err, r"/output: shared is in use by another run \(process \d+ on ")
        self.assertEqual(contents_of(run), before)

    def test_what_is_printed_to_a_closed_stream_goes_into_no_file(self):
        run, file = self.folder / "closed", self.config("closed", training={"epochs": 1})[1]
        for streams in ([2], [0, 1, 2]):
            with self.start("train", file, "--overwrite",
                            preexec_fn=lambda: [os.close(stream) for stream in streams]) as process:
                process.communicate(timeout=workspace.TIMEOUT_SECONDS)
            self.assertEqual(process.returncode, 1 if 1 in streams else 0)
            self.assertRegex((run / "graft.lock").read_text(), r"\Aprocess \d+ on \S+ since [^\n]*\n\Z")
            self.assertEqual(contents_of(run), FILES_OF_A_RUN)

    def test_resuming_and_overwriting_exclude_each_other(self):
        _, file = self.config("both")
        self.assertIn("--overwrite", self.graft("train", file, "--resume", "--overwrite", expect=2).err)

    def test_a_damaged_checkpoint_is_named(self):
        run, _ = self.train("damaged", training={"epochs": 1})
        checkpoint = run / "checkpoint" / "last.pt"
        checkpoint.write_bytes(checkpoint.read_bytes()[:-1000])
        refused = self.graft("train", "damaged.json", "--resume", "--set", "/training/epochs=2", expect=3)
        self.assertIn("damaged/checkpoint/last.pt: the checkpoint is damaged", refused.err)


class CommandLine(Workspace):
    """Options, gates and what happens to an earlier run."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.draw_images()

    def test_overwrite_replaces_the_earlier_run(self):
        run, _ = self.train("replaced", callbacks=[{"name": "csv_logger"}])
        with_logger = read_history(run)
        (run / "test" / "left-over.txt").write_text("somebody else's: it stays", encoding="utf-8")
        (run / "skipped.json").write_text("[]", encoding="utf-8")
        self.graft("train", "replaced.json", "--overwrite", "--set", "/training/epochs=1", "--set", "/callbacks=[]")
        self.assertEqual(read_history(run), with_logger[:1])
        self.assertEqual(contents_of(run) - {"log.csv"}, FILES_OF_A_RUN | {"test/left-over.txt"})

    def test_set_changes_values_of_the_config(self):
        _, file = self.config("changed")
        self.graft("train", file, "--set", "/training/epochs=1", "--set", "/training/optimizer=sgd",
                   "--set", "/name=a name")
        config = read_json(self.folder / "changed" / "config.json")
        self.assertEqual(config["training"]["epochs"], 1)
        self.assertEqual(config["training"]["optimizer"]["name"], "sgd")
        self.assertEqual(config["name"], "a name")

    def test_a_wrong_assignment_is_a_usage_error(self):
        _, file = self.config("wrong-set")
        said = self.graft("train", file, "--set", "training.epochs=1", "--set", "/training/epoch=1", expect=2)
        self.assertIn("--set training.epochs=1: expected /pointer/to/key=value", said.err)
        said = self.graft("train", file, "--set", "/training/epoch=1", expect=2)
        self.assertIn("/training/epoch: unknown key", said.err)
        self.assertIn("epochs", said.err)
        self.assertFalse((self.folder / "wrong-set").exists())

    def test_an_accuracy_below_the_gate_is_exit_code_4(self):
        test = self.folder / "impossible"
        shutil.copytree(self.folder / "data" / "test", test)
        twin = next((test / "fish").iterdir())
        shutil.copy(twin, test / "leaf" / "also-a-fish.jpg")  # one picture, two classes: never all right
        run, said = self.train("gated", "--fail-under", "1", expect=4, data={"test": "impossible"})
        self.assertIn("the test accuracy is 0", said.err)
        self.assertIn("below the 1 that --fail-under asks for", said.err)
        self.assertEqual(contents_of(run), FILES_OF_A_RUN)  # a gate judges a whole run
        self.train("gated-low", "--fail-under", "0", training={"epochs": 1})

    def test_a_gate_without_anything_to_measure_is_a_usage_error(self):
        _, said = self.train("no-gate", "--fail-under", "0.5", expect=2, data={"test": None, "validation_split": None})
        self.assertIn("--fail-under: needs a test folder", said.err)
        self.assertFalse((self.folder / "no-gate").exists())

    def test_without_a_test_folder_there_is_no_test(self):
        run, said = self.train("untested", data={"test": None}, training={"epochs": 1})
        self.assertEqual(contents_of(run), {name for name in FILES_OF_A_RUN if not name.startswith("test/")})
        self.assertIsNone(read_json(run / "record.json")["test"])
        self.assertIn("val_accuracy", said.out)


class WrongConfig(Workspace):
    """What a config can get wrong costs a second and leaves nothing behind."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.draw_images(train=4, test=1)

    def assert_refused(self, problems, **sections):
        _, said = self.train("refused", expect=2, **sections)
        for problem in problems:
            self.assertIn(problem, said.err)
        self.assertEqual(said.out, "")
        self.assertFalse((self.folder / "refused").exists())

    def test_all_problems_are_listed_at_once(self):
        self.assert_refused(
            ["refused.json: /training/epochs: expected integer in [1, 100000], got 0",
             '/augmentation/rotation_rage: unknown key (did you mean "rotation_range"?)',
             '/head/activation: expected one of relu, gelu, silu, tanh, got "rely" (did you mean "relu"?)',
             '/callbacks/0/patience: expected integer >= 0, got "three"'],
            augmentation={"rotation_rage": 20}, head={"activation": "rely"}, training={"epochs": 0},
            callbacks=[{"name": "early_stopping", "patience": "three"}])

    def test_problems_that_only_the_run_can_see_are_listed_at_once_too(self):
        self.assert_refused(
            ['/backbone/freeze: expected one of stem, stage1, stage2, stage3, stage4, stage5, stage6, stage7, top, '
             'all, none, got "layer1"',
             '/training/loss/weights/fsh: there is no such class (did you mean "fish"?)',
             '/callbacks/0/monitor: expected a metric that this run produces (loss, accuracy, val_loss, val_accuracy), '
             'got "val_los" (did you mean "val_loss"?)'],
            backbone={"freeze": "layer1"},
            training={"loss": {"name": "cross_entropy", "class_weights": "given", "weights": {"fsh": 2}}},
            callbacks=[{"name": "early_stopping", "monitor": "val_los"}])

    def test_an_unknown_architecture_is_named(self):
        self.assert_refused(['/backbone/name: expected one of ', 'got "resnet51" (did you mean "resnet50"?)'],
                            backbone={"name": "resnet51"})

    def test_absent_weights_are_named(self):
        self.assert_refused(['/backbone/weights: there is no file "no/such.pth"'],
                            backbone={"weights": "no/such.pth"})

    def test_a_file_that_is_no_json_is_named_with_the_place(self):
        (self.folder / "broken.json").write_text('{"seed": 1,\n "data": }', encoding="utf-8")
        said = self.graft("train", "broken.json", expect=2)
        self.assertIn("broken.json: not valid JSON", said.err)
        self.assertIn("line 2", said.err)

    def test_an_absent_config_is_named(self):
        self.assertIn("absent.json: cannot be read: No such file", self.graft("train", "absent.json", expect=2).err)


class Data(Workspace):
    """Images and folders that are not as they should be."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.data = cls.draw_images(train=8, test=3)
        cls.in_train = cls.data / "train" / "fish" / "000.jpg"
        cls.in_test = cls.data / "test" / "leaf" / "001.jpg"

    def test_bad_images_are_all_listed_before_training(self):
        with self.put_back(self.in_train, self.in_test):
            self.damage(self.in_train)
            self.in_test.write_bytes(self.in_test.read_bytes()[:400])
            run, said = self.train("bad", expect=3)
        self.assertIn("2 of 88 images cannot be used", said.err)
        self.assertIn("train/fish/000.jpg", said.err)
        self.assertIn("test/leaf/001.jpg", said.err)
        self.assertNotIn("epoch 1/", said.err)
        self.assertLessEqual(contents_of(run), FILES_OF_A_REFUSED_RUN)

    def test_skipped_images_are_listed_in_the_run_folder(self):
        with self.put_back(self.in_train, self.in_test):
            self.damage(self.in_train)
            self.in_test.write_bytes(b"")
            run, said = self.train("skipping", data={"on_bad_image": "skip"}, training={"epochs": 1})
        skipped = read_json(run / "skipped.json")
        self.assertEqual([entry["name"] for entry in skipped], ["fish/000.jpg", "leaf/001.jpg"])
        self.assertIn(skipped[0]["part"], ("train", "validation"))
        self.assertEqual(skipped[1]["part"], "test")
        self.assertTrue(all(entry["reason"] for entry in skipped))
        self.assertIn("warning: 2 images left out, because they cannot be used", said.err)
        self.assertEqual(contents_of(run), FILES_OF_A_RUN | {"skipped.json"})
        split = read_json(run / "split.json")
        kept = split["train"] + split["validation"]
        self.assertNotIn("fish/000.jpg", kept)
        self.assertIn("leaf/001.jpg", kept)  # its namesake in the test folder was bad
        self.assertEqual(len(kept), 63)
        self.assertEqual(read_json(run / "record.json")["test"]["images"], 23)

    def test_a_misspelt_class_folder_is_named_with_what_was_meant(self):
        wrong = self.folder / "wrong-test"
        shutil.copytree(self.data / "test", wrong)
        (wrong / "starfish").rename(wrong / "starfsh")
        run, said = self.train("misspelt", expect=3, data={"test": "wrong-test"})
        self.assertIn('unknown: starfsh (did you mean "starfish"?)', said.err)
        self.assertIn("missing: starfish", said.err)
        self.assertFalse(run.exists())

        run, said = self.train("known-alone", data={"test": "wrong-test", "class_mismatch": "use_known"},
                               training={"epochs": 1})
        self.assertIn("warning: wrong-test: the class folder starfsh is left out", said.err)
        self.assertEqual(read_json(run / "record.json")["test"]["images"], 21)

    def test_an_absent_folder_is_named(self):
        _, said = self.train("absent", expect=3, data={"train": "data/trian"})
        self.assertIn("data/trian: there is no such folder", said.err)
        self.assertFalse((self.folder / "absent").exists())

    def test_damaged_weights_are_named(self):
        (self.folder / "weights.pth").write_bytes(b"\x80\x02}q\x00.")
        _, said = self.train("bad-weights", expect=3, backbone={"weights": "weights.pth"})
        self.assertIn("weights.pth: ", said.err)


class Training(Workspace):
    """What happens inside of training, seen from outside."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.draw_images()
        cls.draw_images("large", train=24, test=6, size=160)

    def test_stages_behind_the_graft_point_train_and_those_before_it_do_not(self):
        run, _ = self.train("partly", backbone={"freeze": "stage6"}, training={"epochs": 2},
                            data={"image_size": 32})
        record = read_json(run / "record.json")
        self.assertEqual(record["freeze_proof"]["before"], record["freeze_proof"]["after"])
        self.assertEqual(self.graft("inspect", run / "model.pt", "--json").json()["backbone"]["freeze"], "stage6")

    def test_everything_trains_when_nothing_is_frozen(self):
        run, _ = self.train("all-of-it", backbone={"freeze": "none"}, training={"epochs": 1}, data={"image_size": 32})
        self.assertEqual(len(read_history(run)), 1)
        self.graft("predict", run / "model.pt", "data/test/fish")

    def test_an_infinite_loss_is_explained(self):
        run, said = self.train("diverged", expect=1, augmentation={"rotation_range": 0, "horizontal_flip": False},
                               training={"optimizer": {"name": "sgd", "learning_rate": 1e30, "momentum": 0}})
        self.assertRegex(said.err, r"the loss became -?(nan|inf) in epoch 1, batch \d+: the learning rate \(.*\) is "
                                   "probably too high")
        self.assertFalse((run / "model.pt").exists())
        self.assertIn("the loss became", (run / "log.txt").read_text(encoding="utf-8"))

    def test_a_loss_that_is_infinite_at_once_is_a_failure_whoever_notices_it(self):
        sections = {"augmentation": {"rotation_range": 0, "horizontal_flip": False},
                    "training": {"optimizer": {"name": "sgd", "learning_rate": 1e30, "momentum": 0}},
                    "callbacks": ["terminate_on_nan"]}
        run, said = self.train("terminated", expect=1, **sections)
        self.assertIn("no epoch had finite losses, so there is no model worth keeping: terminate_on_nan: the loss is",
                      said.err)
        self.assertEqual(contents_of(run), {"config.json", "split.json", "findings.json", "log.txt", "graft.lock"})
        self.graft("train", "terminated.json", "--set", "/training/optimizer/learning_rate=0.001")
        self.assertEqual(contents_of(run), FILES_OF_A_RUN)

    def test_early_stopping_ends_the_run_and_says_why(self):
        run, said = self.train("stopped", "--json", training={"epochs": 30},
                               callbacks=[{"name": "early_stopping", "patience": 1, "min_delta": 100}])
        self.assertEqual(said.json()["end"], "stopped by a callback")
        self.assertIn("early_stopping: no sufficient improvement of val_loss", said.json()["reason"])
        self.assertEqual(said.err.count("note: early_stopping: no sufficient improvement of val_loss"), 1)
        self.assertEqual(len(read_history(run)), 2)

        again = self.graft("train", "stopped.json", "--resume", "--json")
        self.assertIn("note: this run is finished already, after epoch 2 of 30: early_stopping: no sufficient", again.err)
        self.assertEqual((again.json()["end"], again.json()["reason"]), (said.json()["end"], said.json()["reason"]))

    @workspace.unittest.skipUnless(workspace.real_weights(), "GRAFT_TEST_WEIGHTS has no pretrained weights")
    def test_pretrained_features_tell_the_drawn_classes_apart(self):
        run, _ = self.train("accurate", "--fail-under", "0.7", augmentation={"rotation_range": 0},
                            data={"train": "large/train", "test": "large/test", "image_size": 224},
                            head={"hidden": [], "dropout": 0}, training={"epochs": 10})
        self.assertEqual(read_json(run / "record.json")["test"]["images"], 48)


if __name__ == "__main__":
    workspace.main()
