"""Which LibTorch is taken: by scripts/setup.sh and by CMake, of folders that look like one."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
CMAKE = os.environ.get("GRAFT_CMAKE", "cmake")
PROJECT = """cmake_minimum_required(VERSION 3.22)
project(probe LANGUAGES NONE)
include("{source}/cmake/LibTorch.cmake")
get_target_property(libraries graft_torch INTERFACE_LINK_LIBRARIES)
message(STATUS "links ${{libraries}}")
message(STATUS "has CUDA: ${{GRAFT_TORCH_HAS_CUDA}}")
"""


class LibTorchTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))

    def libtorch(self, version, cuda):
        """@return the folder of its CMake files"""
        prefix = self.folder / "torch"
        package = prefix / "share/cmake/Torch"
        package.mkdir(parents=True)
        (package / "TorchConfig.cmake").write_text('message(FATAL_ERROR "the CUDA toolkit is asked for")\n')
        (package / "TorchConfigVersion.cmake").write_text(f'set(PACKAGE_VERSION "{version}")\n')
        (prefix / "lib").mkdir()
        if cuda:
            (prefix / "lib/libtorch_cuda.so").touch()
        return package

    def configure(self, package):
        project = self.folder / "project"
        project.mkdir()
        (project / "CMakeLists.txt").write_text(PROJECT.format(source=SOURCE))
        command = [CMAKE, "-S", project, "-B", project / "build", f"-DTorch_DIR={package}"]
        return subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)

    def setup_says(self, package, *arguments):
        (self.folder / "checkout/scripts").mkdir(parents=True)
        script = shutil.copy(SOURCE / "scripts/setup.sh", self.folder / "checkout/scripts")
        environment = {**os.environ, "GRAFT_SKIP_PACKAGES": "1", "Torch_DIR": str(package)}
        return subprocess.run([script, *arguments], text=True, env=environment, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=False)

    def test_cmake_takes_one_with_cuda_without_the_cuda_toolkit(self):
        done = self.configure(self.libtorch("2.12.1", cuda=True))
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("has CUDA: ON", done.stdout)
        self.assertIn(f"{self.folder}/torch/lib/libtorch_cuda.so", done.stdout)
        self.assertNotIn("Warning", done.stdout)

    def test_cmake_refuses_an_old_one_and_warns_of_a_new_one(self):
        package = self.libtorch("2.10.0", cuda=True)
        old = self.configure(package)
        self.assertNotEqual(old.returncode, 0)
        self.assertIn("graft takes 2.11 to 2.13", " ".join(old.stdout.split()))
        (package / "TorchConfigVersion.cmake").write_text('set(PACKAGE_VERSION "2.14.0")\n')
        shutil.rmtree(self.folder / "project")
        new = self.configure(package)
        self.assertEqual(new.returncode, 0, new.stdout)
        self.assertIn("LibTorch 2.14.0 is newer than 2.13", new.stdout)

    def test_setup_takes_one_that_can_do_what_is_asked_for(self):
        done = self.setup_says(self.libtorch("2.11.0", cuda=True), "--device", "cuda")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("LibTorch 2.11.0", done.stdout)

    def test_setup_refuses_one_that_cannot(self):
        done = self.setup_says(self.libtorch("2.13.0", cuda=False), "--device", "cuda")
        self.assertEqual(done.returncode, 2)
        self.assertIn("is built for CPUs alone", done.stdout)

    def test_setup_refuses_other_versions_and_devices(self):
        package = self.libtorch("2.10.0", cuda=False)
        self.assertIn("graft takes 2.11 to 2.13", self.setup_says(package).stdout)
        shutil.rmtree(self.folder / "checkout")
        self.assertEqual(self.setup_says(package, "--device", "gpu").returncode, 2)


if __name__ == "__main__":
    unittest.main()
