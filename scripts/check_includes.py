#!/usr/bin/env python3
"""Checks the direction of the includes: which room may use which, which may see OpenCV, what public headers and
examples may show to an application, and that nothing goes round.

usage: scripts/check_includes.py [ROOT]      exit codes: 0 all is well, 1 it is not
"""

import pathlib
import re
import sys

# The rooms (folders of src/ and of include/graft/), from the bottom up, and what each may use besides itself and core.
ALLOWED = {
    "core": "",
    "config": "",
    "record": "config",
    "statistics": "record config",
    "image": "config",
    "samples": "image",
    "data": "image config",
    "insight": "data record image config",
    "weights": "config image",
    "network": "weights config record image",
    "inference": "network image config",
    "features": "data inference network image config",
    "task": "data network features statistics record image config",
    "train": "features task data network config record",
    "deploy": "inference network image record weights data config",
    "export": "deploy task inference network image record weights data config",
    "report": "statistics record insight data weights image config",
    "run": "features task train deploy export insight data weights inference network statistics record image config report",
    "search": "run features task train deploy export data weights inference network record image config report",
    "app": "*",
}
# Rooms that may include OpenCV's headers. cv::Mat alone may go wherever the room of images may be used.
OPENCV_ROOMS = {"image", "samples", "data", "insight", "features", "deploy", "export", "report", "app"}
CV_MAT = "opencv2/core/mat.hpp"
# Public headers that lie in no room, and the room whose rights they have.
WITHOUT_A_ROOM = {"include/graft/graft.h": "core", "include/graft/graft.hpp": "run"}
# Headers that one file alone includes.
ONLY_IN = {"curl/curl.h": "src/weights/store/download.cpp"}
# Headers nobody includes, and why.
FORBIDDEN = {"torch/torch.h": "it costs most of a minute per file: include the narrow header"}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def without_comments(text):
    """Block comments become as many empty lines; line comments cannot hide an include that starts its line."""
    return COMMENT.sub(lambda comment: "\n" * comment.group().count("\n"), text)


def includes_of(file):
    """(line number, header, in quotes?) of every include."""
    text = without_comments(file.read_text(encoding="utf-8"))
    for match in INCLUDE.finditer(text):
        yield text.count("\n", 0, match.start(2)) + 1, match.group(2), match.group(1) == '"'


def project_files(root):
    for folder in ("src", "include/graft"):
        yield from sorted(f for f in (root / folder).rglob("*") if f.suffix in (".h", ".hpp", ".cpp", ".inc"))


def room_of(file, root):
    if room := WITHOUT_A_ROOM.get(str(file.relative_to(root))):
        return room
    folder = "include/graft" if file.is_relative_to(root / "include") else "src"
    parts = file.relative_to(root / folder).parts
    return parts[0] if len(parts) > 1 else ""


def resolve(header, root):
    """The project's file that a quoted header names, or None."""
    for folder in ("src", "include"):
        if (root / folder / header).is_file():
            return root / folder / header
    return None


def may_use(room, other):
    allowed = ALLOWED[room]
    return other in (room, "core") or allowed == "*" or other in allowed.split()


def may_see_opencv(room, header):
    return room in OPENCV_ROOMS or (header == CV_MAT and may_use(room, "image"))


def problem_with(name, room, header, quoted, root):
    """What is wrong with one include, or None."""
    if ONLY_IN.get(header, str(name)) != str(name):
        return f"{room} includes {header}; it is for {ONLY_IN[header]} alone"
    if header in FORBIDDEN:
        return f"nobody includes {header}; {FORBIDDEN[header]}"
    if header.startswith("opencv2/") and not may_see_opencv(room, header):
        return f"{room} includes {header}; OpenCV is for {', '.join(sorted(OPENCV_ROOMS))}"
    if not quoted:
        return None
    target = resolve(header, root)
    if target is None:
        return f'there is no "{header}" in src/ or include/'
    other = room_of(target, root)
    if not may_use(room, other):
        return f"{room} includes {header}; it may use {', '.join(['core', *ALLOWED[room].split()])}"
    return None


def shown_to_applications(header, quoted):
    """What is wrong with an include of a public header, or None: an application has graft's public headers, the
    standard library's and OpenCV's core, and no more."""
    if quoted:
        return None if header.startswith("graft/") else f"a public header includes {header}, which is not public"
    if "/" in header and header != CV_MAT:
        return f"a public header includes {header}; it may include the standard library and {CV_MAT}"
    return None


def shown_in_examples(header, quoted):
    """What is wrong with an include of an example, or None."""
    if quoted or ("/" in header and not header.startswith(("graft/", "opencv2/"))):
        return f"an example includes {header}; it may include <graft/…>, <opencv2/…> and the standard library"
    return None


def example_problems(root):
    for file in sorted((root / "docs" / "examples").glob("*.cpp")):
        for line, header, quoted in includes_of(file):
            problem = shown_in_examples(header, quoted)
            if problem:
                yield f"{file.relative_to(root)}:{line}: {problem}"


def cycles(graph):
    """One cycle through every group of files that include each other."""
    done, path, found = set(), [], []

    def visit(file):
        if file in path:
            found.append([*path[path.index(file):], file])
            return
        if file in done:
            return
        path.append(file)
        for target in graph.get(file, ()):
            visit(target)
        path.pop()
        done.add(file)

    for file in graph:
        visit(file)
    return found


def check(root):
    problems, graph = list(example_problems(root)), {}
    for file in project_files(root):
        name, room = file.relative_to(root), room_of(file, root)
        if room not in ALLOWED:
            problems.append(f"{name}: lies in no known room; the rooms are {', '.join(ALLOWED)}")
            continue
        includes = list(includes_of(file))
        graph[file] = [target for _, header, quoted in includes if quoted and (target := resolve(header, root))]
        for line, header, quoted in includes:
            problem = problem_with(name, room, header, quoted, root)
            if not problem and file.is_relative_to(root / "include"):
                problem = shown_to_applications(header, quoted)
            if problem:
                problems.append(f"{name}:{line}: {problem}")
    for cycle in cycles(graph):
        problems.append("includes go round: " + " -> ".join(str(file.relative_to(root)) for file in cycle))
    return problems, len(graph)


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent).resolve()
    problems, files = check(root)
    if not files:
        problems.append(f"{root}: no source files here")
    for problem in problems:
        print(problem, file=sys.stderr)
    if not problems:
        print(f"the includes of {files} files point the right way")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
