"""What people's folders hold: names of any bytes, what systems leave behind, other layouts, files that are none."""

import json
import os
import shutil
import struct
import unittest
import zlib

import workspace
from workspace import Workspace, read_json, read_rows

ODD_CLASS, ODD_FILE = b"Bl\xfcten", b"two\nlines \xff.png"
ESCAPED_CLASS, ESCAPED_FILE = "Bl\\xFCten", "two\\x0Alines \\xFF.png"


def png(colour, side=64):
    """A picture of one colour."""
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    rows = (b"\0" + bytes(colour) * side) * side
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def write(folder, name, data=b""):
    """Writes a file whose name is given as bytes, below a folder."""
    file = os.path.join(os.fsencode(folder), name)
    os.makedirs(os.path.dirname(file), exist_ok=True)
    with open(file, "wb") as out:
        out.write(data)


def raw_name(text):
    """The bytes that a name in a file of graft's stands for."""
    out, at, data = bytearray(), 0, text.encode()
    while at < len(data):
        digits = data[at + 2:at + 4]
        if data[at:at + 2] == b"\\x" and len(digits) == 2 and all(d in b"0123456789ABCDEF" for d in digits):
            out.append(int(digits, 16))
            at += 4
        else:
            out.append(data[at])
            at += 1
    return bytes(out)


class NamesOfAnyBytes(Workspace):
    """A class and files whose names are no text."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for part, count in ((b"train", 8), (b"test", 2)):
            for i in range(count):
                write(cls.folder / "data", part + b"/" + ODD_CLASS + b"/%d.png" % i, png((200, 10 * i, 0)))
                write(cls.folder / "data", part + b"/a,b/%d.png" % i, png((0, 10 * i, 200)))
            write(cls.folder / "data", part + b"/" + ODD_CLASS + b"/" + ODD_FILE, png((200, 200, 0)))
        cls.run_folder, _ = cls.train("run", training={"epochs": 1})

    def test_are_trained_on_and_come_back(self):
        split = read_json(self.run_folder / "split.json")
        self.assertEqual(split["classes"], [ESCAPED_CLASS, "a,b"])
        names = split["train"] + split["validation"]
        self.assertIn(f"{ESCAPED_CLASS}/{ESCAPED_FILE}", names)
        for name in names:
            self.assertTrue(os.path.exists(os.path.join(os.fsencode(self.folder / "data/train"), raw_name(name))), name)

    def test_are_split_as_an_earlier_run_did(self):
        again, _ = self.train("again", training={"epochs": 1},
                              data={"split_file": str(self.run_folder / "split.json"), "validation_split": None})
        self.assertEqual(read_json(again / "split.json"), read_json(self.run_folder / "split.json"))

    def test_are_in_the_rows_of_an_evaluation(self):
        self.graft("evaluate", self.run_folder / "model.pt", "data/test", "--output", "evaluation")
        rows = read_rows((self.folder / "evaluation/predictions.csv").read_text(encoding="utf-8"))
        self.assertIn(f"{ESCAPED_CLASS}/{ESCAPED_FILE}", [row["file"] for row in rows])
        self.assertEqual(read_json(self.folder / "evaluation/evaluation.json")["classes"][0]["name"], ESCAPED_CLASS)

    def test_are_in_the_rows_of_predictions(self):
        for option in ("--format=csv", "--format=jsonl"):
            out = self.graft("predict", self.run_folder / "model.pt", "data/test", option).out
            files = ([row["file"] for row in read_rows(out)] if option.endswith("csv") else
                     [json.loads(line)["file"] for line in out.splitlines()])
            self.assertEqual(len(files), 5)
            for file in files:
                self.assertTrue(os.path.exists(os.path.join(os.fsencode(self.folder), raw_name(file))), file)

    def test_are_read_from_a_list_and_from_the_command_line(self):
        file = os.fsdecode(b"data/test/" + ODD_CLASS + b"/0.png")
        for arguments, stdin in ((["-"], "\ufeff" + file + "\r\n"), ([file], "")):
            out = self.graft("predict", self.run_folder / "model.pt", *arguments, stdin=stdin).out
            self.assertEqual(read_rows(out)[0]["file"], f"data/test/{ESCAPED_CLASS}/0.png")

    def test_do_not_depend_on_the_locale(self):
        before = dict(self.environment)
        self.addCleanup(type(self).environment.update, before)
        type(self).environment["LC_ALL"] = "C"
        said = self.graft("evaluate", self.run_folder / "model.pt", "data/test")
        self.assertIn(ESCAPED_CLASS, said.out)


class FilesThatAreNone(Workspace):
    """Pipes, devices, other encodings."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.data = cls.draw_images()
        run, _ = cls.train("run", training={"epochs": 1})
        shutil.copy(run / "model.pt", cls.folder / "model.pt")
        os.mkfifo(cls.folder / "pipe.jpg")

    def test_are_rows_with_an_error(self):
        image = next((self.data / "test").glob("*/*.jpg"))
        out = self.graft("predict", "model.pt", "-", stdin=f"/dev/zero\npipe.jpg\n{image}\n").out
        self.assertEqual([row["error"] for row in read_rows(out)],
                         ["/dev/zero: is a device, not a file", "pipe.jpg: is a pipe, not a file", ""])

    def test_are_no_configs(self):
        said = self.graft("config", "check", "/dev/zero", expect=2)
        self.assertIn("/dev/zero: is a device, not a file", said.err)

    def test_are_no_models(self):
        for file in ("/dev/zero", "pipe.jpg"):
            said = self.graft("predict", file, "data/test", expect=3)
            self.assertIn(f"{file}: is a ", said.err)

    def test_utf16_is_told(self):
        write(self.folder, b"utf16.json", "{}".encode("utf-16"))
        said = self.graft("config", "check", "utf16.json", expect=2)
        self.assertIn("utf16.json: is UTF-16 text; save it as UTF-8", said.err)


class Layouts(Workspace):
    """Folders that are not what a command expects."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.data = cls.draw_images()
        run, _ = cls.train("run", training={"epochs": 1})
        shutil.copy(run / "model.pt", cls.folder / "model.pt")

    def test_a_folder_of_parts_is_not_trained_on(self):
        _, file = self.config("parent", data={"train": "data", "test": None})
        said = self.graft("train", file, expect=3)
        self.assertIn('data: holds the parts of a data set, not classes: train, test\n'
                      'Name each: "train": "data/train", "test": "data/test"', said.err)

    def test_a_folder_of_parts_is_not_evaluated(self):
        said = self.graft("evaluate", "model.pt", "data", expect=3)
        self.assertIn("Name one of them: data/train or data/test", said.err)

    def test_a_flat_folder_is_for_predict(self):
        (self.folder / "flat").mkdir()
        for i, image in enumerate(sorted((self.data / "test").glob("*/*.jpg"))[:3]):
            shutil.copy(image, self.folder / "flat" / f"{i}.jpg")
        said = self.graft("evaluate", "model.pt", "flat", expect=3)
        self.assertIn("flat: has no class folders, but 3 images", said.err)
        self.assertIn("graft predict MODEL flat", said.err)

    def test_an_empty_class_folder_is_told(self):
        shutil.copytree(self.data / "test", self.folder / "hollow")
        shutil.rmtree(self.folder / "hollow" / "fish")
        (self.folder / "hollow" / "fish").mkdir()
        said = self.graft("evaluate", "model.pt", "hollow")
        self.assertIn("warning: hollow: no image of the class fish: nothing is measured of it", said.err)

    def test_the_option_that_is_named_is_that_of_the_command(self):
        shutil.copytree(self.data / "test", self.folder / "more")
        (self.folder / "more" / "zebra").mkdir()
        said = self.graft("evaluate", "model.pt", "more", expect=3)
        self.assertIn("take the known classes alone: add --classes use_known", said.err)

    def test_config_init_finds_the_parts(self):
        for part, place in (("train", "Training"), ("test", "valid")):
            shutil.copytree(self.data / part, self.folder / "other" / place)
        self.graft("config", "init", "--data", "other", "--output", "init.json")
        data = read_json(self.folder / "init.json")["data"]
        self.assertEqual([data["train"], data["validation"]], ["other/Training", "other/valid"])
        self.assertNotIn("validation_split", data)
        self.graft("config", "check", "init.json")

    def test_what_systems_leave_behind_is_passed_over(self):
        shutil.copytree(self.data / "test", self.folder / "clutter")
        for name in (b"fish/@eaDir/1.jpg/SYNOPHOTO_THUMB_XL.jpg", b"__MACOSX/fish/._1.jpg", b"fish/Thumbs.db",
                     b"lost+found/1.jpg", b"$RECYCLE.BIN/1.jpg"):
            write(self.folder / "clutter", name, png((1, 2, 3)))
        said = self.graft("data", "check", "clutter", "--json")
        self.assertEqual(said.json()["images"], 24)
        self.assertRegex(said.err, "note: clutter: 5 files and folders are skipped, hidden or left behind by a system, "
                                   "such as ")

    def test_images_are_told_by_content(self):
        shutil.copytree(self.data / "test", self.folder / "renamed")
        fish = sorted((self.folder / "renamed/fish").glob("*.jpg"))
        for file, name in zip(fish, ("a.jfif", "b", "c.dat")):
            file.rename(file.with_name(name))
        write(self.folder / "renamed", b"fish/labels.txt", b"text\n")
        said = self.graft("data", "check", "renamed", "--json")
        self.assertEqual(said.json()["images"], 24)
        self.assertIn("warning: renamed: 1 file is left out, no image that graft reads: text (such as fish/labels.txt)",
                      said.err)
        self.assertEqual(len(read_rows(self.graft("predict", "model.pt", "renamed").out)), 24)
        self.assertEqual(len(read_rows(self.graft("predict", "model.pt", "renamed", "--exclude", "*.dat").out)), 23)

    def test_the_limit_of_pixels_has_a_switch(self):
        said = self.graft("data", "check", "data/test", "--max-pixels", 100, expect=3)
        self.assertIn("--max-pixels", said.out)

    def test_a_home_folder_is_found(self):
        before = dict(self.environment)
        self.addCleanup(type(self).environment.update, before)
        type(self).environment["HOME"] = str(self.folder)
        self.assertEqual(self.graft("data", "check", "~/data/test", "--json").json()["images"], 24)
        _, file = self.config("home", data={"train": "$HOME/data/train"})
        said = self.graft("config", "check", file, expect=2)
        self.assertIn('/data/train: "$HOME/data/train": only a shell replaces $HOME', said.err)


class TrainingOnAFolder(Workspace):
    """`graft train FOLDER`."""

    @unittest.skipUnless(workspace.real_weights(), "needs the weights of EfficientNet-Lite0")
    def test_writes_the_config_that_it_uses(self):
        self.draw_images("shapes")
        said = self.graft("train", "shapes", "--set", "/training/epochs=1")
        self.assertIn("note: shapes.json: the config that was written for shapes", said.err)
        self.assertTrue((self.folder / "runs/shapes/model.pt").is_file())
        self.assertEqual(read_json(self.folder / "shapes.json")["data"]["test"], "shapes/test")


if __name__ == "__main__":
    workspace.main()
