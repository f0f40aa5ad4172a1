"""An installation in a folder of its own: nothing in it may know where it was built, and it must run by itself."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import workspace
from workspace import Workspace

BUILD = pathlib.Path(workspace.EXECUTABLE or ".").resolve().parent
PROJECT = pathlib.Path(__file__).resolve().parents[2]


def option(name):
    """The value of an option of the build, or None."""
    cache = BUILD / "CMakeCache.txt"
    found = re.search(rf"^{name}:[A-Z]+=(.*)$", cache.read_text(encoding="utf-8"), re.MULTILINE) if cache.exists() else None
    return found.group(1) if found else None


def lines_of(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True, env={"PATH": os.environ["PATH"]}).stdout


class Installation(Workspace):
    """`cmake --install` into a fresh folder."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not (BUILD / "cmake_install.cmake").exists() or not shutil.which("cmake"):
            raise unittest.SkipTest("the executable does not lie in a build folder of CMake's")
        if not (BUILD / "manual" / "complete").exists() or not list(BUILD.glob("libgraft.so*")):
            raise unittest.SkipTest("not everything is built")
        # Half a gigabyte, which the folder for temporary files need not have room for.
        cls.prefix = pathlib.Path(tempfile.mkdtemp(prefix="installed-", dir=BUILD))
        cls.addClassCleanup(shutil.rmtree, cls.prefix, ignore_errors=True)
        subprocess.run(["cmake", "--install", BUILD, "--prefix", cls.prefix], check=True, capture_output=True)
        cls.program = cls.prefix / "bin" / "graft"
        cls.libgraft = next(cls.prefix.glob("lib*/libgraft.so*"))

    def test_it_holds_what_is_promised(self):
        for name in ("share/man/man1/graft.1", "share/man/man1/graft-train.1", "share/zsh/vendor-completions/_graft",
                     "share/bash-completion/completions/graft", "share/fish/vendor_completions.d/graft.fish",
                     "share/graft/configs/quickstart.json", "share/graft/configs/schema.json",
                     "share/graft/weights/manifest.json", "share/doc/graft/copyright", "share/doc/graft/commands.md",
                     "include/graft/deploy/predictor.hpp", "lib/cmake/graft/graftConfig.cmake"):
            self.assertTrue((self.prefix / name).is_file(), name)
        self.assertEqual((self.prefix / "share/bash-completion/completions/graft").read_text(encoding="utf-8"),
                         self.graft("completion", "bash").out)

    def test_it_runs_without_any_environment(self):
        done = subprocess.run(["env", "-i", self.program, "--version"], capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertRegex(done.stdout, r"^graft +\d")

    def test_a_config_begun_with_it_names_the_schema_installed_with_it(self):
        subprocess.run([self.program, "config", "init", "--output", self.folder / "begun.json"], check=True,
                       capture_output=True)
        begun = workspace.read_json(self.folder / "begun.json")
        self.assertEqual(begun["$schema"], str(self.prefix / "share/graft/configs/schema.json"))

    @unittest.skipUnless(option("GRAFT_BUNDLE_LIBTORCH") == "ON", "LibTorch is not installed with this build")
    def test_it_brings_libtorch_and_leads_nowhere_else(self):
        private = self.libgraft.parent / "graft"
        self.assertLessEqual({"libtorch_cpu.so", "libc10.so"}, {file.name for file in private.iterdir()})
        for file in (self.program, self.libgraft):
            runpath = re.search(r"R(?:UN)?PATH\).*\[(.*)\]", lines_of("readelf", "-d", str(file))).group(1)
            for folder in runpath.split(":"):
                self.assertTrue(folder.startswith("$ORIGIN/"), f"{file.name} looks for libraries in {folder}")
            found = lines_of("ldd", str(file))
            self.assertNotIn("not found", found)
            for line in found.splitlines():
                if match := re.match(r"\s*(lib(?:torch|c10|gomp)\S*) => (\S+)", line):
                    self.assertEqual(pathlib.Path(match.group(2)).parent.resolve(), private.resolve(), line)

    @unittest.skipUnless(shutil.which("dpkg-query"), "dpkg-query is not installed")
    def test_the_packages_that_an_archive_needs_are_named(self):
        named = set(re.findall(r"\blib[a-z0-9.-]+|\bzlib1g", (PROJECT / "docs" / "install.md").read_text("utf-8")))
        found = dict(re.findall(r"^\s*(\S+) => (\S+)", lines_of("ldd", str(self.program)), re.MULTILINE))
        for needed in re.findall(r"NEEDED.*\[(.*)\]", lines_of("readelf", "-d", str(self.program))):
            owner = self.package_of(found.get(needed, needed))
            # What every Debian system has, and what is brought along.
            if owner and owner not in ("libc6", "libstdc++6", "libgcc-s1"):
                self.assertIn(owner, named, f"docs/install.md does not name the package of {needed}")

    def package_of(self, file):
        """The Debian package that a file belongs to; merged folders have two names for it."""
        for name in (file, os.path.realpath(file), "/usr" + file):
            done = subprocess.run(["dpkg-query", "-S", name], capture_output=True, text=True, check=False)
            if done.returncode == 0:
                return done.stdout.split(":")[0]
        return None


if __name__ == "__main__":
    workspace.main()
