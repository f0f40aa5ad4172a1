"""graft as a library in other people's builds: installed and found by CMake and by pkg-config, or as a part of a build.

A build with graft as a part of it would compile all of graft again. Here it is configured, without graft's program,
tests and install rules; the application's own file is compiled; then the libgraft.so of graft's own build takes the
place of the one that would be made, and the application is linked by the command that the build has for it.
GRAFT_TEST_WHOLE_BUILDS=1 makes the library too (minutes).
"""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import workspace
from workspace import Workspace

SOURCE = pathlib.Path(__file__).resolve().parents[2]
CONSUMERS = SOURCE / "tests" / "consumers"
MODEL = SOURCE / "tests" / "deploy" / "fixtures" / "format2.pt"
BUILD = os.environ.get("GRAFT_BUILD", "")
LIBRARY = os.environ.get("GRAFT_LIBRARY", "")
CMAKE = os.environ.get("GRAFT_CMAKE", "cmake")
COMPILER = os.environ.get("GRAFT_CXX", "c++")
TORCH = os.environ.get("GRAFT_TORCH_CMAKE", "")
VERSION = re.search(r"^project\(graft VERSION ([\d.]+)", (SOURCE / "CMakeLists.txt").read_text(encoding="utf-8"),
                    re.MULTILINE).group(1)


def run(*command, expect=0, **options):
    """The output of a command that must end with `expect`."""
    done = subprocess.run([str(word) for word in command], text=True, encoding="utf-8", stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False, **options)
    if done.returncode != expect:
        raise AssertionError(f"{' '.join(map(str, command))}: exit code {done.returncode}\n{done.stdout}")
    return done.stdout


@unittest.skipUnless(BUILD and LIBRARY, "GRAFT_BUILD and GRAFT_LIBRARY do not name the build folder and libgraft.so")
class ConsumerWorkspace(Workspace):
    """A folder of its own in the build folder, an image, and what graft's program makes of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        place = pathlib.Path(BUILD) / "consumers"
        place.mkdir(exist_ok=True)
        cls.place = pathlib.Path(tempfile.mkdtemp(dir=place))
        cls.addClassCleanup(shutil.rmtree, cls.place, ignore_errors=True)
        cls.image = cls.draw_images(train=1, test=0) / "train" / "fish" / "000.jpg"
        row = workspace.read_rows(cls.graft("predict", MODEL, cls.image).out)[0]
        cls.expected = f"{row['class']} {float(row['probability']):.4f}"

    def configure(self, kind, *options, expect=0):
        """Configures a consumer. @return its build folder, what CMake said"""
        folder = self.place / f"{kind}-build"
        said = run(CMAKE, "-S", CONSUMERS / kind, "-B", folder, "-G", "Ninja", f"-DCMAKE_CXX_COMPILER={COMPILER}",
                   "-DCMAKE_BUILD_TYPE=Release", *options, expect=expect)
        return folder, said

    def expect_predictions(self, consumer, **options):
        """The consumer says of the image what graft's program says of it, and survives a bad one."""
        self.assertEqual(run(consumer, MODEL, self.image, **options).splitlines()[0], self.expected)
        notes = self.folder / "notes.txt"
        notes.write_text("no picture", encoding="utf-8")
        refused = run(consumer, MODEL, notes, expect=3, **options)
        self.assertTrue(refused.startswith(f"unusable: {notes}: "), refused)


class Installed(ConsumerWorkspace):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        first = cls.place / "first"
        run(CMAKE, "--install", BUILD, "--prefix", first)
        cls.prefix = cls.place / "moved"  # an installed tree may be moved
        first.rename(cls.prefix)
        cls.libgraft = next(cls.prefix.rglob("libgraft.so"))

    def needed_by(self, file):
        lines = run("readelf", "-d", file).splitlines()
        return [line.split("[")[1].rstrip("]") for line in lines if "(NEEDED)" in line]

    def test_find_package_in_cpp_and_c(self):
        folder, _ = self.configure("find_package", f"-DCMAKE_PREFIX_PATH={self.prefix}")
        said = run(CMAKE, "--build", folder, "--verbose")
        self.assertNotRegex(said, "libtorch|libc10|torch/include")  # neither headers nor libraries of LibTorch
        self.expect_predictions(folder / "consumer")
        self.expect_predictions(folder / "consumer_c")
        self.assertIn("libgraft.so." + VERSION.rpartition(".")[0], self.needed_by(folder / "consumer"))

    def test_find_package_refuses_another_version(self):
        said = self.configure("find_package", f"-DCMAKE_PREFIX_PATH={self.prefix}", "-DGRAFT_WANTED=9.0", expect=1)[1]
        self.assertIn(VERSION, said)

    def test_pkg_config(self):
        environment = {**os.environ, "PKG_CONFIG_PATH": str(self.libgraft.parent / "pkgconfig")}
        flags = run("pkg-config", "--cflags", "--libs", "graft", env=environment).split()
        consumer = self.place / "pkg-config-consumer"
        run(COMPILER, "-std=c++20", CONSUMERS / "consumer.cpp", "-o", consumer, *flags)
        self.expect_predictions(consumer, env={**os.environ, "LD_LIBRARY_PATH": str(self.libgraft.parent)})

    def test_the_installed_program_runs(self):
        said = run(self.prefix / "bin" / "graft", "inspect", MODEL)
        self.assertIn("ant", said)

    def test_the_library_shows_its_public_interface_and_no_more(self):
        symbols = run("nm", "-DC", "--defined-only", self.libgraft).splitlines()
        names = [line.split(maxsplit=2)[2] for line in symbols if len(line.split(maxsplit=2)) == 3]
        shown = ("graft_", "graft::", "typeinfo for graft::", "typeinfo name for graft::", "vtable for graft::")
        self.assertEqual([name for name in names if not name.startswith(shown)], [])
        for name in ("graft_predict_file", "graft::Predictor::warm_up() const", "typeinfo for graft::DataError"):
            self.assertIn(name, names)
        for internal in ("graft::load_model", "graft::run_training", "graft::make_recipe", "graft::decode_image"):
            self.assertEqual([name for name in names if name.startswith(internal)], [])

    def test_the_library_leaves_the_allocator_to_its_host(self):
        self.assertEqual([name for name in self.needed_by(self.libgraft) if "malloc" in name], [])


class PartOfABuild(ConsumerWorkspace):
    def expect_a_build(self, kind, *options):
        folder, _ = self.configure(kind, f"-DTorch_DIR={TORCH}", *options)
        targets = [line.split(":")[0] for line in run("ninja", "-C", folder, "-t", "targets", "all").splitlines()]
        for absent in ("graft_cli", "graft_app", "_tests"):
            self.assertEqual([target for target in targets if target.endswith(absent)], [])
        run("ninja", "-C", folder, next(target for target in targets if target.endswith("consumer.cpp.o")))
        run(CMAKE, "--install", folder, "--prefix", self.place / "nothing")
        self.assertFalse((self.place / "nothing").exists())
        if os.environ.get("GRAFT_TEST_WHOLE_BUILDS"):
            run(CMAKE, "--build", folder, "--target", "consumer")
        else:
            for target in targets:
                if "libgraft.so" in pathlib.Path(target).name and (folder / target).parent.is_dir():
                    shutil.copy(LIBRARY, folder / target)
            run("sh", "-c", run("ninja", "-C", folder, "-t", "commands", "consumer").splitlines()[-1], cwd=folder)
        self.expect_predictions(folder / "consumer")

    def test_add_subdirectory(self):
        self.expect_a_build("add_subdirectory", f"-DGRAFT_SOURCE={SOURCE}")

    def test_fetch_content(self):
        self.expect_a_build("fetch_content", f"-DFETCHCONTENT_SOURCE_DIR_GRAFT={SOURCE}",
                            "-DFETCHCONTENT_FULLY_DISCONNECTED=ON")


if __name__ == "__main__":
    workspace.main()
