"""Lists as data: a CSV of photographs (drawn images where there are none) trains, evaluates and predicts as the same
images do in class folders; what is wrong with a list is said with its lines."""

import csv
import json
import os
import pathlib
import shutil

import workspace
from workspace import Workspace, read_history, read_json, read_rows


def flowers(per_class):
    """(class, photograph) of three flowers; empty where the photographs are absent."""
    folder = pathlib.Path(os.environ.get("GRAFT_TEST_DATA", "")) / "flowers12" / "test"
    if not os.environ.get("GRAFT_TEST_DATA") or not folder.is_dir():
        return []
    classes = sorted(entry for entry in folder.iterdir() if entry.is_dir())[:3]
    return [(entry.name, file) for entry in classes for file in sorted(entry.glob("*.jpg"))[:per_class]]


class Lists(Workspace):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        pictures = flowers(12)
        if not pictures:
            pictures = [(file.parent.name, file) for file in sorted((cls.draw_images() / "train").glob("*/*"))]
        cls.rows = []  # file, class, split
        for i, (name, file) in enumerate(pictures):
            for place in (f"pictures/{i:03}{file.suffix}", f"folders/{name}/{i:03}{file.suffix}"):
                (cls.folder / place).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, cls.folder / place)
            cls.rows.append((f"{i:03}{file.suffix}", name, "test" if i % 4 == 0 else "train"))

    @classmethod
    def write_list(cls, name, rows, header=("image_path", "label", "split")):
        with open(cls.folder / name, "w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([header, *rows])

    def train_on(self, output, expect=0, **data):
        sections = {"test": None, "validation_split": None, **data}
        return self.train(output, expect=expect, data=sections, training={"epochs": 2})

    def test_a_list_with_its_parts_trains_evaluates_and_predicts(self):
        self.write_list("all.csv", self.rows)
        run, _ = self.train_on("parts", train="all.csv", list={"root": "pictures", "split_column": "split"})
        test = [row for row in self.rows if row[2] == "test"]
        record = read_json(run / "record.json")
        self.assertEqual(record["test"]["images"], len(test))

        # The same part again, with the columns that the model remembers: the same numbers, paths and order.
        evaluated = self.graft("evaluate", run / "model.pt", "all.csv", "--list", "root=pictures", "--json",
                               "--output", "evaluated")
        self.assertEqual(evaluated.json()["accuracy"], record["test"]["accuracy"])
        rows = read_rows((self.folder / "evaluated/predictions.csv").read_text(encoding="utf-8"))
        self.assertEqual([(row["file"], row["class"]) for row in rows], [row[:2] for row in test])

        predicted = read_rows(self.graft("predict", run / "model.pt", "all.csv", "--list", "root=pictures").out)
        self.assertEqual([row["file"] for row in predicted], [row[0] for row in self.rows])
        classes = {row["file"]: row["class"] for row in predicted}
        self.assertEqual([classes[row["file"]] for row in rows], [row["predicted"] for row in rows])

        # Whatever takes images takes them from the list, under the list's names; int8 goes by its parts.
        listed = ("all.csv", "--list", "root=pictures")
        vectors = [json.loads(line) for line in self.graft("embed", run / "model.pt", *listed).out.splitlines()]
        self.assertEqual([row["file"] for row in vectors], [row[0] for row in self.rows])
        first = self.rows[0][0]
        nearest = read_rows(self.graft("similar", run / "model.pt", f"pictures/{first}", *listed, "--top-k", 1).out)
        self.assertEqual([row["file"] for row in nearest], [first])
        int8 = self.graft("export", run / "model.pt", "--format", "onnx", "--weights-type", "int8", "--output", "int8.onnx",
                          "--ranges", "all.csv", "--test", *listed).err
        self.assertIn(f"ranges from {len(self.rows) - len(test)} images", int8)
        self.assertIn(f"accuracy on {len(test)} test images: float32 {record['test']['accuracy']:.4f}", int8)
        verified = self.graft("verify", run / "model.pt", *listed, "--against", run / "model.pt", "--json").json()
        self.assertEqual(len(verified["images"]), 3 + 3 + len(self.rows))

        self.assertIn("--part: is for lists, and none is given",
                      self.graft("evaluate", run / "model.pt", "folders", "--part", "train", expect=2).err)
        self.assertIn("all.csv: has no column \"kind\", but \"image_path\", \"label\", \"split\"\nAnother one: --list "
                      "label_column=VALUE",
                      self.graft("evaluate", run / "model.pt", *listed, "--list", "label_column=kind", expect=3).err)

    def test_several_labels_in_a_cell_are_seen_where_one_is_asked_for(self):
        self.write_list("tags.csv", [(f"pictures/{file}", "flower|" + name if i % 2 else "flower")
                                     for i, (file, name, _) in enumerate(self.rows)], ("image_path", "label"))
        _, said = self.train_on("tags", train="tags.csv")
        self.assertIn("looks like several labels with | between them: then set /data/list/label_separator to \"|\", and "
                      "\"task\": \"multi_label\"", said.err)

    def test_a_list_in_the_order_of_folders_learns_what_they_learn(self):
        rows = sorted((f"{name}/{file}", name) for file, name, _ in self.rows)
        self.write_list("folders/list.csv", rows, ("filename", "class"))
        of_list, _ = self.train_on("of_list", train="folders/list.csv", validation_split=0.25)
        (self.folder / "folders/list.csv").unlink()
        of_folders, _ = self.train_on("of_folders", train="folders", validation_split=0.25)
        self.assertEqual(read_history(of_list), read_history(of_folders))
        self.assertEqual(read_json(of_list / "split.json"), read_json(of_folders / "split.json"))

    def test_classes_are_in_the_order_of_the_config_with_one_of_which_there_is_no_image(self):
        names = sorted({row[1] for row in self.rows}, reverse=True)
        run, said = self.train_on("classes", train="folders", classes=[*names, "unicorn"])
        self.assertIn("no image of the class unicorn", said.err)
        self.assertEqual([entry["name"] for entry in read_json(run / "record.json")["data"]["classes"]],
                         [*names, "unicorn"])

    def test_json_lines_train_on_groups(self):
        lines = [json.dumps({"file_name": file, "label": name, "plant": i % 12})
                 for i, (file, name, _) in enumerate(self.rows)]
        (self.folder / "pictures/all.jsonl").write_text("\n".join(lines), encoding="utf-8")
        run, _ = self.train_on("groups", train="pictures/all.jsonl", list={"group_column": "plant"},
                               validation_split=0.4)
        split = read_json(run / "split.json")
        plants = {row[0]: i % 12 for i, row in enumerate(self.rows)}
        self.assertEqual(sorted(split["train"] + split["validation"]), sorted(plants))
        self.assertFalse({plants[name] for name in split["train"]} & {plants[name] for name in split["validation"]})

    def test_wrong_rows_are_named_with_their_lines_before_anything_is_decoded(self):
        self.write_list("wrong.csv", [("pictures/000.jpg", "a"), ("nowhere.jpg", "b"), ("", "b")],
                        ("image_path", "label"))
        _, said = self.train_on("wrong", train="wrong.csv", expect=3)
        self.assertIn("line 3: nowhere.jpg: there is no such file", said.err)
        self.assertIn("line 4: has no path", said.err)

    def test_data_check_counts_a_list(self):
        self.write_list("all.csv", self.rows)
        checked = self.graft("data", "check", "all.csv", "--list", "root=pictures", "--json").json()
        self.assertEqual((checked["images"], checked["bad"]), (len(self.rows), []))


if __name__ == "__main__":
    workspace.main()
