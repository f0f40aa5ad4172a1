"""Trainings at the edges: right, or an error in words that say what to do."""

import math
import shutil

import workspace
from workspace import Workspace, read_history, read_json

QUICK = {"data": {"test": None}, "training": {"epochs": 1}, "augmentation": {"rotation_range": 0}}


class Degenerate(Workspace):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.draw_images(train=4, test=1)

    def folder_of(self, name, **images):
        """A class folder tree with so many images of each class: `daisy=3`."""
        sources = sorted((self.folder / "data" / "train").glob("*/*.jpg"))
        for index, (label, count) in enumerate(images.items()):
            (self.folder / name / label).mkdir(parents=True)
            for i in range(count):
                shutil.copy(sources[(index * 4 + i) % len(sources)], self.folder / name / label / f"{i}.jpg")
        return name

    def outcome(self, name, expect=0, **sections):
        merged = {key: {**value, **sections.pop(key, {})} for key, value in QUICK.items()}
        return self.train(name, expect=expect, **merged, **sections)

    def assert_plain(self, said):
        for foreign in ("c10", "std::", "json.exception", "terminate", "Aborted", "TORCH_", "at::"):
            self.assertNotIn(foreign, said.err)

    def refused(self, name, code, **sections):
        _, said = self.outcome(name, expect=code, **sections)
        self.assert_plain(said)
        return said.err

    def test_one_class_is_refused(self):
        data = self.folder_of("one-class", daisy=4)
        self.assertIn("expected at least two class folders, found one: daisy", self.refused("a", 3, data={"train": data}))

    def test_one_image_per_class_trains_without_validation(self):
        data = self.folder_of("one-each", daisy=1, iris=1)
        run, said = self.outcome("b", data={"train": data, "validation_split": 0})
        self.assertEqual(len(read_history(run)), 1)
        self.graft("predict", run / "model.pt", self.folder / "one-each")

    def test_a_split_that_leaves_a_class_nothing_to_train_on_is_named(self):
        data = self.folder_of("one-each-split", daisy=1, iris=1)
        self.assertIn("the split leaves no image of class daisy to train on",
                      self.refused("c", 3, data={"train": data, "validation_split": 0.5}))

    def test_a_class_without_images_is_named(self):
        data = self.folder_of("empty-class", daisy=3, iris=3, rose=0)
        self.assertIn("no image that graft reads in the class folders rose", self.refused("d", 3, data={"train": data}))

    def test_a_batch_larger_than_the_set_is_the_set(self):
        data = self.folder_of("small", daisy=3, iris=3)
        run, _ = self.outcome("e", data={"train": data, "batch_size": 4096, "validation_split": 0})
        self.assertTrue(math.isfinite(float(read_history(run)[0]["loss"])))

    def test_all_images_bad_is_an_error_with_both_policies(self):
        data = self.folder_of("bad", daisy=2, iris=2)
        for image in (self.folder / data).glob("*/*.jpg"):
            self.damage(image)
        self.assertIn("4 of 4 images cannot be used", self.refused("f", 3, data={"train": data}))
        self.assertIn("error:", self.refused("g", 3, data={"train": data, "on_bad_image": "skip"}))

    def test_a_class_of_which_all_images_are_skipped_is_named(self):
        data = self.folder_of("bad-class", daisy=3, iris=3, rose=2)
        for image in (self.folder / data / "rose").glob("*.jpg"):
            self.damage(image)
        err = self.refused("h", 3, data={"train": data, "on_bad_image": "skip", "validation_split": 0})
        self.assertIn("no image is left to train on of the class rose", err)

    def test_an_image_size_below_what_the_network_takes_is_named(self):
        err = self.refused("i", 2, data={"image_size": 1})
        self.assertIn("/data/image_size", err)

    def test_a_loss_that_is_not_finite_keeps_no_model(self):
        _, said = self.outcome("j", expect=1, training={"epochs": 2, "optimizer": {"name": "sgd", "learning_rate": 1e30}})
        self.assertIn("learning rate", said.err)
        self.assertFalse((self.folder / "j" / "model.pt").exists())

    def test_a_layer_that_fits_into_no_memory_is_refused_before_it_is_made(self):
        err = self.refused("k", 2, head={"hidden": [65536] * 16})
        self.assertIn("/head/hidden: training 64.", err)
        self.assertIn("of memory, and this machine has", err)

    def test_more_views_than_epochs_cost_nothing(self):
        run, _ = self.outcome("l", features={"views": 50000000}, augmentation={"rotation_range": 10})
        self.assertEqual(read_json(run / "record.json")["features"]["computed"], 8 * 4)


if __name__ == "__main__":
    workspace.main()
