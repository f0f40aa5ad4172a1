"""Completion in real shells, and the manual pages through the programs that show them.

bash is everywhere; what needs zsh, fish, man or mandoc skips itself where they are missing.
"""

import os
import pty
import re
import select
import shutil
import subprocess
import time
import unittest

import workspace
from workspace import Workspace

COMMANDS = {"train", "evaluate", "predict", "embed", "similar", "export", "verify", "config", "data", "cache", "inspect",
            "doctor", "completion", "man"}


def program(name):
    return unittest.skipUnless(shutil.which(name), f"{name} is not installed")


class Completion(Workspace):
    """One script per shell, and the same questions to each."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for shell in ("bash", "zsh", "fish"):
            (cls.folder / f"graft.{shell}").write_text(cls.graft("completion", shell).out, encoding="utf-8")
        place = cls.folder / "place"
        (place / "pictures and more").mkdir(parents=True)
        (place / "pictures" / "cats").mkdir(parents=True)
        (place / "model.pt").touch()
        (place / "config.json").touch()

    def run_in_place(self, *command):
        return subprocess.run(command, cwd=self.folder / "place", capture_output=True, text=True, check=False,
                              timeout=workspace.TIMEOUT_SECONDS, env={**self.environment, "HOME": str(self.folder)})

    def assert_offers(self, offered):
        """`offered(words)` gives what may stand for the last of the words."""
        self.assertLessEqual(COMMANDS, offered(["graft", ""]))
        self.assertEqual(offered(["graft", "tr"]), {"train"})
        self.assertEqual(offered(["graft", "config", ""]), {"check", "init", "schema", "docs"})
        self.assertEqual(offered(["graft", "config", "ch"]), {"check"})
        self.assertEqual(offered(["graft", "train", "--over"]), {"--overwrite"})
        self.assertEqual(offered(["graft", "config", "check", "--s"]), {"--set"})
        self.assertEqual(offered(["graft", "predict", "model.pt", "--format", ""]), {"csv", "jsonl"})
        self.assertEqual(offered(["graft", "completion", "f"]), {"fish"})
        self.assertEqual(offered(["graft", "train", "con"]), {"config.json"})
        self.assertEqual(offered(["graft", "train", "--set", "/seed=1", "con"]), {"config.json"})
        self.assertEqual(offered(["graft", "predict", "model.pt", "a.jpg", "b.jpg", "mod"]), {"model.pt"})
        self.assertEqual(offered(["graft", "train", "--fail-under", ""]), set())
        self.assertEqual(offered(["graft", "doctor", ""]), set())

    def bash(self, words, *more):
        script = 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _graft; printf "%s\\n" "${COMPREPLY[@]}"'
        done = self.run_in_place("bash", "--norc", "-c", script, "bash", str(self.folder / "graft.bash"), *words, *more)
        self.assertEqual(done.stderr, "")
        return set(filter(None, done.stdout.split("\n")))

    def test_bash_completes(self):
        self.assert_offers(self.bash)
        self.assertIn("--json", self.bash(["graft", "predict", "-"]))
        # Folders, where a folder is asked for; after an equals sign too, where bash splits words.
        self.assertEqual(self.bash(["graft", "evaluate", "model.pt", "pic"]), {"pictures", "pictures and more"})
        self.assertEqual(self.bash(["graft", "evaluate", "model.pt", "mod"]), set())
        self.assertEqual(self.bash(["graft", "predict", "--format", "=", "j"]), {"jsonl"})
        self.assertEqual(self.bash(["graft", "predict", "--format", "="]), {"csv", "jsonl"})
        self.assertEqual(self.bash(["graft", "predict", "--format", "=", "csv", "mod"]), {"model.pt"})

    def test_bash_finds_the_function_by_the_name_of_the_program(self):
        done = self.run_in_place("bash", "--norc", "-c", 'source "$1"; complete -p graft', "bash",
                                 str(self.folder / "graft.bash"))
        self.assertIn("-F _graft graft", done.stdout)

    @program("fish")
    def test_fish_completes(self):
        def offered(words):
            line = " ".join(words)
            done = self.run_in_place("fish", "--no-config", "-c",
                                     f"source {self.folder}/graft.fish; complete -C '{line}'")
            self.assertEqual(done.stderr, "")
            return {row.split("\t")[0] for row in done.stdout.splitlines()}

        self.assert_offers(offered)
        self.assertEqual(offered(["graft", "evaluate", "model.pt", "pic"]), {"pictures/", "pictures and more/"})
        self.assertEqual(offered(["graft", "predict", "--format=j"]), {"--format=jsonl"})

    @program("zsh")
    def test_zsh_completes(self):
        self.assertEqual(self.run_in_place("zsh", "-n", str(self.folder / "graft.zsh")).stderr, "")
        with ZshTerminal(self.folder / "graft.zsh", self.folder / "place") as zsh:
            for typed, expected in (("graft doct", "graft doctor"),
                                    ("graft config ch", "graft config check"),
                                    ("graft train --over", "graft train --overwrite"),
                                    ("graft predict model.pt --format j", "graft predict model.pt --format jsonl"),
                                    ("graft predict model.pt --format=j", "graft predict model.pt --format=jsonl"),
                                    ("graft completion f", "graft completion fish"),
                                    ("graft train con", "graft train config.json"),
                                    ("graft train --set /seed=1 con", "graft train --set /seed=1 config.json"),
                                    ("graft evaluate model.pt pictures\\ ", "graft evaluate model.pt pictures and more"),
                                    ("graft predict m a b mod", "graft predict m a b model.pt")):
                self.assertEqual(zsh.completed(typed), expected)


class ZshTerminal:
    """An interactive zsh in which `graft` prints what it was called with, so that a completed line can be seen."""

    SET_UP = ("PS1=; PS2=; unset zle_bracketed_paste; autoload -Uz compinit && compinit -u -D; source {script}; "
              "graft() {{ print -r -- \"<graft $*>\" }}; print -r -- '<ready''>'\n")

    def __init__(self, script, place):
        self.script, self.place = script, place

    def __enter__(self):
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            os.chdir(self.place)
            os.execvpe("zsh", ["zsh", "-f", "-i"], {**os.environ, "TERM": "dumb", "LC_ALL": "C.UTF-8"})
        os.write(self.terminal, self.SET_UP.format(script=self.script).encode())
        self.read_until("<ready>")
        return self

    def __exit__(self, *_):
        os.close(self.terminal)
        os.waitpid(self.process, 0)

    def read_until(self, pattern):
        text, end = "", time.monotonic() + 30
        while not (found := re.search(pattern, text)):
            if not select.select([self.terminal], [], [], end - time.monotonic())[0]:
                raise AssertionError(f"zsh never said {pattern}: {text}")
            text += os.read(self.terminal, 4096).decode("utf-8", "replace")
        return found.group(0)

    def completed(self, typed):
        """The command line after one press of the tab key."""
        os.write(self.terminal, f"{typed}\t\n".encode())
        return self.read_until(r"<graft [^>]*>")[1:-1].strip()


class ManPages(Workspace):
    """What `graft man` writes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.graft("man", "--output", "man")
        cls.pages = sorted((cls.folder / "man").iterdir())

    def test_there_is_one_for_every_command(self):
        self.assertEqual({page.name for page in self.pages},
                         {"graft.1"} | {f"graft-{command}.1" for command in COMMANDS | self.other_commands()})

    def other_commands(self):
        """Those that this file does not name."""
        return {line.split()[0] for line in self.graft("--help").out.split("Subcommands:\n")[1].splitlines() if line}

    def test_one_is_printed_when_it_is_asked_for(self):
        self.assertEqual(self.graft("man", "train").out, (self.folder / "man" / "graft-train.1").read_text())
        self.assertEqual(self.graft("man").out, (self.folder / "man" / "graft.1").read_text())

    def test_an_unknown_command_is_a_usage_error(self):
        self.assertIn('there is no command "fly"', self.graft("man", "fly", expect=2).err)

    @program("man")
    def test_man_shows_them_without_a_warning(self):
        for page in self.pages:
            done = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", page], capture_output=True, text=True,
                                  check=False, env={**os.environ, "LC_ALL": "C.UTF-8", "MANWIDTH": "100"})
            self.assertEqual((done.returncode, done.stderr), (0, ""), page.name)
        shown = subprocess.run(["man", "-l", self.folder / "man" / "graft-predict.1"], capture_output=True, text=True,
                               check=False, env={**os.environ, "LC_ALL": "C.UTF-8", "MANWIDTH": "100"}).stdout
        for words in ("graft predict [OPTION ...] MODEL PATH ...", "--format csv|jsonl", "Default: csv."):
            self.assertIn(words, re.sub(".\b", "", shown))

    @program("mandoc")
    def test_mandoc_finds_no_fault(self):
        done = subprocess.run(["mandoc", "-T", "lint", "-W", "error", *self.pages], capture_output=True, text=True,
                              check=False)
        self.assertEqual((done.returncode, done.stdout), (0, ""))


if __name__ == "__main__":
    workspace.main()
