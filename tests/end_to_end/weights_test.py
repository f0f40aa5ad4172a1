"""`graft weights`, and training with weights that have to be downloaded first. Nothing leaves this machine: a server on
the loopback address plays the mirror."""

import os
import pathlib
import re
import shutil
import subprocess
import threading
import unittest

import workspace
from file_server import FileServer
from workspace import Workspace, contents_of, real_weights

NAME, FILE = "efficientnet_lite0.imagenet", workspace.WEIGHTS_FILE
PROXIES = ("http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY")
CERTIFICATES = ("CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")


class WeightsTest(Workspace):
    """Each test has an empty folder of weights; the mirror has `self.published`."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.published = cls.folder / "published"
        cls.published.mkdir()
        cls.draw_images(train=4, test=2)
        for variable in (*PROXIES, *CERTIFICATES):
            cls.environment.pop(variable, None)

    def setUp(self):
        self.weights = self.folder / f"weights-{self.id().rsplit('.', 1)[-1]}"
        self.environment.update(GRAFT_WEIGHTS=str(self.weights))
        self.environment.pop("GRAFT_WEIGHTS_MIRROR", None)

    def get(self, server, *names, expect=0):
        """`graft weights get` with that mirror."""
        self.environment["GRAFT_WEIGHTS_MIRROR"] = server.address
        return self.graft("weights", "get", *names, expect=expect)


class AnyFile(WeightsTest):
    """What needs no real weights."""

    def test_a_file_with_another_checksum_is_refused_and_leaves_nothing(self):
        (self.published / FILE).write_bytes(b"x" * 18826032)  # the right size
        with FileServer(self.published) as server:
            said = self.get(server, NAME, expect=3)
        self.assertIn(f"{server.address}{FILE}: is not what was expected, and nothing of it was kept", said.err)
        self.assertEqual(contents_of(self.weights), set())
        self.assertEqual(said.out, "")

    def test_a_file_of_another_size_is_refused_before_it_comes(self):
        (self.published / FILE).write_bytes(b"<html>Please log in</html>")
        with FileServer(self.published) as server:
            said = self.get(server, NAME, expect=1)
        self.assertIn("the server has 26 bytes, expected 18826032", said.err)
        self.assertEqual(contents_of(self.weights), set())

    def test_an_unreachable_server_is_named_with_the_way_by_hand(self):
        with FileServer(self.published) as server:
            pass
        said = self.get(server, NAME, expect=1)
        self.assertRegex(said.err, f"{NAME}: {server.address}{FILE}: could not be downloaded: .*onnect")
        self.assertIn(f"By hand: download {server.address}{FILE} on any machine and put it here as "
                      f"{self.weights / FILE}", said.err)
        self.assertEqual(contents_of(self.weights), set())

    def test_the_proxy_of_the_environment_is_asked(self):
        (self.published / "models").mkdir(exist_ok=True)
        with FileServer(self.published) as proxy:
            self.environment.update(http_proxy=proxy.address, GRAFT_WEIGHTS_MIRROR="http://mirror.invalid/models")
            try:
                said = self.graft("weights", "get", "resnet18", expect=1)
            finally:
                self.environment.pop("http_proxy")
        self.assertEqual([path for path, _ in proxy.log], ["http://mirror.invalid/models/resnet18-f37072fd.pth"])
        self.assertIn("the server answered 404: there is no such file", said.err)

    def test_offline_a_run_with_missing_weights_ends_before_it_begins(self):
        with FileServer(self.published) as server:
            self.environment["GRAFT_WEIGHTS_MIRROR"] = server.address
            _, said = self.train("offline", "--offline", backbone={"weights": NAME}, expect=2)
        self.assertEqual(server.log, [])
        self.assertIn(f"/backbone/weights: {NAME} is not on this machine. By hand: ", said.err)
        self.assertIn(str(self.weights / FILE), said.err)

    def test_a_run_whose_config_is_wrong_downloads_nothing(self):
        with FileServer(self.published) as server:
            self.environment["GRAFT_WEIGHTS_MIRROR"] = server.address
            self.train("wrong", backbone={"weights": NAME, "freeze": "stage99"}, expect=2)
        self.assertEqual(server.log, [])

    def test_an_interrupted_download_goes_on_at_its_byte(self):
        (self.published / FILE).write_bytes(os.urandom(18826032))
        with FileServer(self.published, hold_after=1000000) as server:
            self.environment["GRAFT_WEIGHTS_MIRROR"] = server.address
            part = self.weights / (FILE + ".part")
            with self.start("weights", "get", NAME) as process:
                while not part.exists() or part.stat().st_size < 1000000:
                    self.assertIsNone(process.poll(), "it ended by itself")
                    threading.Event().wait(0.01)
                process.send_signal(workspace.signal.SIGINT)
                _, err = process.communicate(timeout=workspace.TIMEOUT_SECONDS)
            self.assertEqual(process.returncode, 130, err)
            size = part.stat().st_size
            self.assertIn(f"interrupted: {size} bytes are in {part}; the same command goes on from there", err)
            self.assertEqual(contents_of(self.weights), {part.name})
            self.assertEqual(part.read_bytes(), (self.published / FILE).read_bytes()[:size])
            server.release()
            said = self.graft("weights", "get", NAME, expect=3)  # noise has another checksum
        self.assertEqual([asked for _, asked in server.log], ["", f"bytes={size}-"])
        self.assertIn("is not what was expected", said.err)


class Certificates(WeightsTest):
    """A mirror with a certificate that no machine knows."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if shutil.which("openssl") is None:
            raise unittest.SkipTest("there is no openssl program to make a certificate with")
        cls.certificate, cls.key = cls.folder / "certificate.pem", cls.folder / "key.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", cls.key, "-out",
                        cls.certificate, "-days", "2", "-subj", "/CN=127.0.0.1", "-addext",
                        "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
        (cls.published / FILE).write_bytes(b"not it")

    def tearDown(self):
        for variable in CERTIFICATES:
            self.environment.pop(variable, None)

    def get_with(self, **variables):
        with FileServer(self.published, certificate=(self.certificate, self.key)) as server:
            self.environment.update(variables)
            return self.get(server, NAME, expect=1).err

    def test_is_refused_where_it_is_not_known(self):
        self.assertRegex(self.get_with(), "could not be downloaded: .*certificate")

    def test_is_taken_where_the_environment_names_it(self):
        for variable in ("CURL_CA_BUNDLE", "SSL_CERT_FILE"):
            said = self.get_with(**{variable: str(self.certificate)})
            self.assertIn("the server has 6 bytes, expected 18826032", said, variable)
            self.environment.pop(variable)

    def test_is_taken_from_the_folder_that_the_environment_names(self):
        known = self.folder / "known"
        known.mkdir()
        name = subprocess.run(["openssl", "x509", "-hash", "-noout", "-in", self.certificate], check=True,
                              capture_output=True, text=True).stdout.strip()
        shutil.copy(self.certificate, known / f"{name}.0")
        self.assertIn("the server has 6 bytes, expected 18826032", self.get_with(SSL_CERT_DIR=str(known)))


@unittest.skipUnless(real_weights(), "GRAFT_TEST_WEIGHTS has no pretrained weights")
class RealWeights(WeightsTest):
    """The mirror has the weights of EfficientNet-Lite0."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        shutil.copy(pathlib.Path(real_weights()) / FILE, cls.published / FILE)

    def test_are_downloaded_once(self):
        with FileServer(self.published) as server:
            first = self.get(server, NAME)
            again = self.get(server, "efficientnet_lite0")
        self.assertEqual(first.out, f"{self.weights / FILE}\n")
        self.assertEqual(again.out, first.out)
        self.assertIn(f"{NAME} is there already", again.err)
        self.assertEqual(len(server.log), 1)
        self.assertEqual((self.weights / FILE).read_bytes(), (self.published / FILE).read_bytes())
        self.assertEqual(contents_of(self.weights), {FILE})

    def test_are_downloaded_when_a_run_starts(self):
        with FileServer(self.published) as server:
            self.environment["GRAFT_WEIGHTS_MIRROR"] = server.address
            _, said = self.train("fetched", training={"epochs": 1})
            _, offline = self.train("again", "--offline", training={"epochs": 1})
        self.assertEqual([path for path, _ in server.log], [f"/{FILE}"])
        self.assertIn(f"download {FILE}", said.err)
        self.assertEqual(offline.code, 0)

    def test_brought_by_hand_go_where_a_download_would_have_put_them(self):
        said = self.graft("weights", "add", self.published / FILE)
        self.assertEqual(said.out, f"{self.weights / FILE}\n")
        self.assertEqual(contents_of(self.weights), {FILE})
        listed = self.graft("weights", "list", "--json").json()["weights"]
        self.assertEqual([entry["name"] for entry in listed if entry["present"]], [NAME])

    def test_added_under_a_name_of_their_own_train_as_the_published_ones(self):
        self.graft("weights", "add", self.published / FILE)
        said = self.graft("weights", "add", self.published / FILE, "--name", "mine")
        self.assertEqual(said.out, f"{self.weights / 'mine.pt'}\n")
        runs = [self.train(f"run-{name}", backbone={"weights": name}, training={"epochs": 2})[0]
                for name in (NAME, "mine")]
        published, own = map(workspace.read_history, runs)
        self.assertEqual(published, own)
        preprocessing = [self.graft("inspect", run / "model.pt", "--json").json()["preprocessing"] for run in runs]
        self.assertEqual(*preprocessing)
        self.assertEqual(preprocessing[0]["interpolation"], "bicubic")

    def test_bring_their_input_size_unless_the_config_says_another(self):
        self.graft("weights", "add", self.published / FILE)
        run, _ = self.train("own-size", data={"image_size": None}, training={"epochs": 1})
        facts = self.graft("inspect", run / "model.pt", "--json").json()["preprocessing"]
        self.assertEqual((facts["height"], facts["width"], facts["resize"]), (224, 224, "squash"))

    def test_are_converted_with_their_classifier(self):
        self.graft("weights", "convert", self.published / FILE, "lite.safetensors")
        tensors = self.graft("inspect", "lite.safetensors", "--json").json()["tensors"]
        names = {tensor["name"] for tensor in tensors}
        self.assertTrue({"_conv_stem.weight", "_fc.weight"} <= names, sorted(names)[:5])
        said = self.graft("weights", "convert", self.published / FILE, "lite.pt")
        self.assertEqual(said.out, "lite.pt\n")
        facts = self.graft("inspect", "lite.pt", "--json").json()
        self.assertEqual([stage["name"] for stage in facts["stages"]][:2], ["stem", "stage1"])
        self.assertEqual(facts["notes"], ["weights of efficientnet_lite0 that graft has written"])
        self.assertEqual(facts["preprocessing"]["interpolation"], "bicubic")
        self.assertTrue(re.search(r"note: \d+ tensors", said.err), said.err)


if __name__ == "__main__":
    workspace.main()
