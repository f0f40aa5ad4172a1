"""The report in a browser: what a person sees after a run. Needs Chromium; without it these tests are skipped."""

import html.parser
import json
import shutil
import subprocess
import unittest

import workspace
from workspace import Workspace

CHROMIUM = next((found for name in ("chromium", "chromium-browser", "google-chrome", "chrome")
                 if (found := shutil.which(name))), None)


class Outline(html.parser.HTMLParser):
    """Headings, links within the page, ids, and whatever would be fetched."""

    def __init__(self, text):
        super().__init__()
        self.headings, self.links, self.ids, self.fetched, self.images_without_words = [], set(), [], [], 0
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        if tag in ("h1", "h2", "h3"):
            self.headings.append(tag)
        if "id" in values:
            self.ids.append(values["id"])
        if tag == "a":
            self.links.add(values["href"])
        if tag == "img" and not values.get("alt"):
            self.images_without_words += 1
        for name in ("src", "href", "data", "action", "poster"):
            if tag != "a" and name in values and not values[name].startswith("data:"):
                self.fetched.append(values[name])


class Report(Workspace):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.draw_images()
        cls.run_folder, cls.said = cls.train("run")
        cls.report = (cls.run_folder / "report.html").read_text(encoding="utf-8")
        cls.outline = Outline(cls.report)

    def test_it_is_named_at_the_end_of_the_run(self):
        self.assertIn("report    run/report.html", self.said.out)

    def test_it_is_made_again_from_the_run_folder(self):
        said = self.graft("report", "run")
        self.assertEqual(said.out, "report    run/report.html\n")
        self.assertEqual((self.run_folder / "report.html").read_text(encoding="utf-8"), self.report)

    def test_headings_and_links_hold_together(self):
        self.assertEqual(self.outline.headings[:2], ["h1", "h2"])
        self.assertEqual(self.outline.headings.count("h1"), 1)
        self.assertEqual(len(self.outline.ids), len(set(self.outline.ids)))
        for link in self.outline.links:
            self.assertIn(link.removeprefix("#"), self.outline.ids)
        self.assertEqual(self.outline.images_without_words, 0)
        self.assertEqual(self.outline.fetched, [])

    def test_an_evaluation_has_one_too(self):
        self.graft("evaluate", "run/model.pt", "data/test", "--output", "evaluation")
        report = (self.folder / "evaluation" / "report.html").read_text(encoding="utf-8")
        self.assertIn("graft predict run/model.pt photo.jpg", report)
        self.assertNotIn('id="curves"', report)

    def test_runs_are_compared(self):
        self.graft("report", "run", "run", "--output", "both.html")
        self.assertIn("2 runs compared", (self.folder / "both.html").read_text(encoding="utf-8"))

    @unittest.skipUnless(CHROMIUM, "needs Chromium")
    def test_a_browser_asks_for_nothing_and_complains_of_nothing(self):
        log = self.folder / "net.json"
        command = [CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
                   "--disable-component-update", "--no-first-run", "--host-resolver-rules=MAP * ~NOTFOUND",
                   f"--user-data-dir={self.folder / 'chromium'}", "--enable-logging=stderr", f"--log-net-log={log}",
                   f"--screenshot={self.folder / 'report.png'}", "--window-size=1200,1600",
                   (self.run_folder / "report.html").resolve().as_uri()]
        said = subprocess.run(command, capture_output=True, text=True, timeout=100, check=True)
        self.assertNotIn("CONSOLE", said.stderr)
        self.assertGreater((self.folder / "report.png").stat().st_size, 20_000)
        # A browser's own errands have no page that began them.
        asked = [event["params"]["url"] for event in json.loads(log.read_text(encoding="utf-8"))["events"]
                 if event.get("params", {}).get("initiator", "not an origin") != "not an origin"]
        self.assertEqual([url for url in asked if not url.startswith(("data:", "blob:"))], [])


if __name__ == "__main__":
    workspace.main()
