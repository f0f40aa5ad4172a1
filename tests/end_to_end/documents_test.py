"""The documents, run: what README.md and docs/*.md show is what happens.

A fence says what becomes of its block:

    ```console          `$ command` lines are run in turn; what they print must be what is shown
    ```console names    the same, but only the first word of each line must be as shown (versions, this machine)
    ```sh               the whole block is run and must succeed
    ```python           the same, where there is a Python with torch
    ```json             must be JSON
    ... no-run          nothing: it needs a network, root, minutes, or a folder that only a reader has

A document begins in a folder like the checkout after the quickstart: configs, weights, docs, the drawn images in
data/samples, and runs/quickstart. `DIR` stands for a folder of images, `/home/you` for the home folder. Whole numbers
and words must be the same; decimals, sizes and times may differ as they do between machines.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import unittest

import workspace
from workspace import Workspace, real_weights

SOURCE = pathlib.Path(__file__).resolve().parents[2]
DOCUMENTS = [SOURCE / "README.md", *sorted((SOURCE / "docs").glob("*.md"))]
LINKED = [*SOURCE.glob("*.md"), SOURCE / "weights/README.md", *sorted((SOURCE / "docs").rglob("*.md"))]
BUILD = os.environ.get("GRAFT_BUILD", "")
LIBRARY = os.environ.get("GRAFT_LIBRARY", "")
PYTHON = os.environ.get("GRAFT_PYTHON", "")
RUN = ("console", "sh", "python", "json")
TIMEOUT_SECONDS = 600

TRAINS_THE_QUICKSTART = {"commands.md"}  # begin without runs/quickstart, because they make it

# What a document needs besides, and does not show how to make.
BEFORE = {
    "data.md": """
        cp -r data/samples/test data/misspelt
        mv data/misspelt/fish data/misspelt/fishs
        cp -r data/misspelt/leaf data/misspelt/owl
        cp -r data/samples data/bad
        head -c 1500 data/samples/train/fish/003.jpg > data/bad/train/fish/003.jpg
        echo '<html>' > data/bad/test/leaf/001.jpg
        cd data
        printf '%s\\n' image_path,label samples/train/fish/003.jpg,fish samples/train/fish/999.jpg,fish \\
            samples/train/leaf/003.jpg, samples/train/leaf/003.jpg,leaf samples/train/fish/003.jpg,leaf > wrong.csv""",
    "commands.md": """
        cp -r data/samples/train data/damaged
        head -c 1500 data/samples/train/fish/003.jpg > data/damaged/fish/003.jpg
        cp weights/efficientnet-lite0-57934424.pth my-weights.pth""",
}

# What differs between two runs, with what is around it kept.
VARIES = re.compile(r"""
    \d{4}-\d\d-\d\d[ ]\d\d:\d\d         # a date
  | \b\d+:\d\d\b                        # a time
  | (?<=\bweights[ ]of[ ]epoch[ ])\d+   # which one was best
  | [\d,.]+(?=[ ](?:bytes|kB|MB|GB|images/s)\b)
""", re.VERBOSE)
# Epochs after the third, and what callbacks make of them, hang on the last digits; progress shows on slow machines only.
LATE = re.compile(r"epoch (?:[4-9]|\d\d+)/|note: (?:reduce_lr_on_plateau|early_stopping: no )|(?:evaluating|predicting)  ")
DECIMAL = re.compile(r"(?<![\w.])-?\d+(?:\.\d+(?:e[-+]\d+)?|e[-+]\d+)(?![\w.]*\w)")


class Block:
    """A fenced block of a document."""

    def __init__(self, place, words, lines):
        self.place, self.lines = place, lines
        self.language, self.words = (words[0], words[1:]) if words else ("", [])
        self.text = "\n".join(lines)

    def commands(self):
        """Of a console block: pairs of a command and the lines that it shows."""
        found = []
        for line in self.lines:
            if line.startswith("$ "):
                found.append([line[2:], []])
            elif found and found[-1][0].endswith("\\") and not found[-1][1]:
                found[-1][0] += "\n" + line
            else:
                found[-1][1].append(line)
        return found


def blocks_of(document):
    blocks, fence = [], None
    for number, line in enumerate(document.read_text(encoding="utf-8").splitlines(), 1):
        if not line.startswith("```"):
            if fence:
                fence[2].append(line)
        elif fence:
            blocks.append(Block(*fence))
            fence = None
        else:
            fence = (f"{document.name}:{number}", line[3:].split(), [])
    return blocks


def squeezed(line):
    """A line without what may differ: the width of columns, and VARIES."""
    return " ".join(VARIES.sub("~", line).split())


def same(shown, printed):
    """Whether a printed line is the one that is shown; decimals may differ by a tenth, small ones by their size."""
    shown, printed = squeezed(shown), squeezed(printed)
    if DECIMAL.sub("~", shown) != DECIMAL.sub("~", printed):
        return False
    pairs = zip(map(float, DECIMAL.findall(shown)), map(float, DECIMAL.findall(printed)), strict=True)
    return all(abs(a - b) <= 0.1 + 0.2 * abs(a) for a, b in pairs)


def first_word(line):
    return "" if line.startswith(" ") else line.split(" ")[0]


def difference(shown, printed, words):
    """The first line that is not as shown, or None."""
    shown, printed = [[line for line in lines if not LATE.match(line)] for lines in (shown, printed)]
    if "names" in words:
        shown, printed = [[word for word in map(first_word, lines) if word] for lines in (shown, printed)]
    for i in range(max(len(shown), len(printed))):
        here, there = [lines[i] if i < len(lines) else "(nothing)" for lines in (shown, printed)]
        if not same(here, there):
            return f"shown:   {here}\nprinted: {there}"
    return None


class Documents(Workspace):
    """Each document in a folder of its own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not real_weights():
            raise unittest.SkipTest("GRAFT_TEST_WEIGHTS names no folder of weights, and the documents show real ones")
        if not LIBRARY:
            raise unittest.SkipTest("GRAFT_LIBRARY does not name libgraft.so")
        cls.programs = cls.folder / "programs"
        cls.programs.mkdir()
        (cls.programs / "graft").symlink_to(workspace.EXECUTABLE)
        if PYTHON:
            (cls.programs / "python3").write_text(f'#!/bin/sh\nexec "{PYTHON}" "$@"\n', encoding="utf-8")
            (cls.programs / "python3").chmod(0o755)
        cls.checkout = cls.folder / "checkout"
        cls.lay_out(cls.checkout)
        cls.run_in(cls.checkout, "graft data sample data/samples && graft train configs/quickstart.json")

    @classmethod
    def lay_out(cls, folder):
        """What a checkout holds after a build, as far as the documents name it."""
        for name in ("configs", "docs", "tests/deploy/fixtures"):
            shutil.copytree(SOURCE / name, folder / name)
        for name in ("weights", "build/release", "data", "home"):
            (folder / name).mkdir(parents=True)
        (folder / "build/release/graft").symlink_to(workspace.EXECUTABLE)
        (folder / "build/release/libgraft.so").symlink_to(LIBRARY)
        shutil.copy(SOURCE / "weights/manifest.json", folder / "weights")
        (folder / "weights" / workspace.WEIGHTS_FILE).symlink_to(
            (pathlib.Path(real_weights()) / workspace.WEIGHTS_FILE).resolve())

    @classmethod
    def run_in(cls, folder, script, expect_success=True):
        """What a shell prints that runs a script in a folder, standard error included."""
        environment = {name: value for name, value in cls.environment.items() if not name.startswith("GRAFT_")}
        environment.update(HOME=str(folder / "home"), PATH=f"{cls.programs}:{environment['PATH']}",
                           LC_ALL="C.UTF-8")
        for name in ("XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"):
            environment.pop(name, None)
        done = subprocess.run(["bash", "-c", script], cwd=folder, env=environment, text=True, encoding="utf-8",
                              errors="replace", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=TIMEOUT_SECONDS, check=False)
        if expect_success and done.returncode != 0:
            raise AssertionError(f"{script}: exit code {done.returncode}\n{done.stdout}")
        return done.stdout.replace(str(folder / "home"), "/home/you")

    def run_document(self, document):
        folder = self.folder / document.stem
        shutil.copytree(self.checkout, folder, symlinks=True)
        if document.name in TRAINS_THE_QUICKSTART:
            shutil.rmtree(folder / "runs")
            shutil.rmtree(folder / "home")
            (folder / "home").mkdir()
        self.run_in(folder, "set -e\n" + BEFORE.get(document.name, ""))
        for block in blocks_of(document):
            if "no-run" not in block.words:
                with self.subTest(block.place):
                    self.run_block(folder, block)

    def run_block(self, folder, block):
        if block.language == "console":
            for command, shown in block.commands():
                printed = self.run_in(folder, command, expect_success=False).splitlines()
                wrong = difference(shown, printed, block.words)
                if wrong:
                    self.fail(f"{block.place}: $ {command}\n{wrong}\nall that was printed:\n" + "\n".join(printed))
        elif block.language == "sh":
            self.run_in(folder, "set -e\n" + re.sub(r"\bDIR\b", "data/samples", block.text))
        elif block.language == "python" and PYTHON:
            self.run_in(folder, f"python3 - <<'END'\n{block.text}\nEND")
        elif block.language == "json":
            json.loads(block.text if block.text.startswith("{") else "{" + block.text + "}")


def make_test(document):
    return lambda self: self.run_document(document)


for path in DOCUMENTS:
    if any(block.language in RUN and "no-run" not in block.words for block in blocks_of(path)):
        setattr(Documents, f"test_{path.stem}", make_test(path))


class ManualPage(Workspace):
    """The facts that the manual page repeats from docs/commands.md."""

    def test_exit_codes_and_environment_are_those_of_the_document(self):
        page = self.graft("man").out.replace("\\-", "-")
        document = (SOURCE / "docs/commands.md").read_text(encoding="utf-8")
        codes = re.findall(r"^\| (\d+) \|", document, re.MULTILINE)
        variables = re.findall(r"`([A-Z_]+|\w+_proxy)`", document.split("## Environment")[1].split("\n## ")[0])
        self.assertGreater(len(codes), 5)
        self.assertGreater(len(variables), 9)
        self.assertEqual(re.findall(r"^\.TP\n(?:\\fB)?(\d+)", page, re.MULTILINE), codes)
        for variable in variables:
            self.assertIn(variable, page)


class Text(unittest.TestCase):
    """What can be checked without running anything."""

    def test_links_lead_to_a_file_and_a_heading(self):
        for document in LINKED:
            text = re.sub(r"^```.*?^```", "", document.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
            for target in re.findall(r"\]\(([^)\s]+)\)", text):
                if re.match(r"[a-z]+:", target):
                    continue
                name, _, anchor = target.partition("#")
                file = (document.parent / name).resolve() if name else document
                with self.subTest(f"{document.relative_to(SOURCE)}: {target}"):
                    self.assertTrue(file.exists(), "there is no such file")
                    if anchor:
                        self.assertIn(anchor, self.headings_of(file))

    def headings_of(self, file):
        """The anchors that a Markdown file has, made as GitHub makes them."""
        headings = re.findall(r"^#+ (.*)$", file.read_text(encoding="utf-8"), re.MULTILINE)
        return [re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings]

    def test_files_that_documents_name_are_there(self):
        # `src/…` and the like in backticks; NAME and <room> stand for anything. Decisions tell of their day.
        for document in LINKED:
            if document.parent.name == "decisions" or document.name == "CHANGELOG.md":
                continue
            for name in re.findall(r"`((?:src|include|tests|scripts|docs|configs|cmake)/[\w./*<>-]+)`",
                                   document.read_text(encoding="utf-8")):
                with self.subTest(f"{document.name}: {name}"):
                    pattern = re.sub(r"<\w+>|NAME", "*", name).rstrip("/")
                    self.assertTrue(any(SOURCE.glob(pattern)), "there is no such file")

    def test_contributing_names_every_golden_and_its_script(self):
        text = (SOURCE / "CONTRIBUTING.md").read_text(encoding="utf-8")
        goldens = [*SOURCE.glob("tests/golden/*.json"), *SOURCE.glob("tests/*/fixtures")]
        for name in [str(golden.relative_to(SOURCE)) for golden in goldens]:
            self.assertTrue(f"`{name}" in text, name)
        for script in SOURCE.glob("tests/golden/*.py"):
            self.assertTrue(f"`{script.name}`" in text, script.name)

    def test_the_readme_shows_the_config_of_the_quickstart(self):
        shown = [json.loads(block.text) for block in blocks_of(SOURCE / "README.md") if block.language == "json"]
        self.assertIn(workspace.read_json(SOURCE / "configs/quickstart.json"), shown)

    def test_languages_and_words_of_fences_are_known(self):
        for document in DOCUMENTS:
            for block in blocks_of(document):
                with self.subTest(block.place):
                    self.assertIn(block.language, ("", "cpp", *RUN))
                    self.assertLessEqual(set(block.words), {"no-run", "names"})

    def test_a_printed_line_may_differ_in_what_machines_differ_in(self):
        self.assertTrue(same("epoch 1/3  0:00  loss 0.3124", "epoch 1/3  0:07    loss 0.3119"))
        self.assertTrue(same("model.pt (16,490,401 bytes)", "model.pt (16,490,377 bytes)"))
        self.assertTrue(same("tiles.png  5.1e-07", "tiles.png  4.9e-07"))
        self.assertFalse(same("epoch 1/3  0:00  loss 0.3124", "epoch 1/4  0:00  loss 0.3124"))
        self.assertFalse(same("accuracy 0.9333", "accuracy 0.6333"))
        self.assertFalse(same("all  320  1", "all  320  2"))

    @unittest.skipUnless(BUILD and shutil.which("ninja"), "GRAFT_BUILD names no build folder of Ninja's")
    def test_the_quickstart_builds_what_an_installation_needs(self):
        script = (SOURCE / "scripts/quickstart.sh").read_text(encoding="utf-8")
        targets = re.search(r"--target ([\w. ]+) --", script).group(1).split()
        made = subprocess.run(["ninja", "-C", BUILD, "-t", "commands", *targets], text=True, check=True,
                              stdout=subprocess.PIPE).stdout
        for needed in ("-o graft ", "-o libgraft.so", "WriteManual.cmake"):
            self.assertTrue(needed in made, f"{targets} do not make what is made with {needed}")


if __name__ == "__main__":
    workspace.main()
