#!/usr/bin/env bash
# Builds everything with warnings as errors and runs all tests. Arguments go to ctest: scripts/test.sh -R EarlyStopping
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

case ${1:-} in
    -h | --help)
        cat <<'END'
usage: scripts/test.sh [ctest options]

Installs what is missing, builds the preset `ci` in build/ci, gets the weights and runs all tests.
  scripts/test.sh -R EarlyStopping    only tests with this in their names
  scripts/test.sh -LE slow            without the tests labelled slow
END
        exit ;;
esac

# What the tests that compare with Python need, in the environment of our own.
ensure_python_packages() {
    [[ -e .venv/.made-by-graft && $GRAFT_PYTHON == "$PWD"/.venv/* ]] || return 0
    local packages=(numpy pillow onnx onnxruntime)
    [[ $(cat .venv/.test-packages 2>/dev/null) != "${packages[*]}" ]] || return 0
    echo "installing ${packages[*]} in .venv for the tests"
    if "$GRAFT_PYTHON" -m pip install --quiet --no-input --disable-pip-version-check "${packages[@]}"; then
        echo "${packages[*]}" > .venv/.test-packages
    else
        echo "test: no ${packages[*]}, so the tests that compare with Python will skip themselves" >&2
    fi
}

# unpack ARCHIVE FOLDER, once for this archive.
unpack() {
    local stamp
    stamp=$2/.unpacked-$(stat -c %s-%Y "$1")
    [[ ! -e $stamp ]] || return 0
    echo "unpacking $(basename "$1")"
    rm -rf "$2"
    mkdir -p "$2"
    python3 -m tarfile -e "$1" "$2"  # reads .xz where the xz program is missing
    touch "$stamp"
}

./scripts/setup.sh
# shellcheck source=/dev/null
source build/setup.env
ensure_python_packages
export GRAFT_PYTHON

cmake --preset ci -DTorch_DIR="$GRAFT_TORCH_CMAKE"
cmake --build --preset ci --parallel "$GRAFT_JOBS"

./scripts/get_weights.sh || echo "test: no weights, so the tests that need them will skip themselves" >&2
export GRAFT_TEST_WEIGHTS="$PWD/weights"
# Real photographs lie beside the checkout on some machines; tests that need them skip themselves elsewhere.
[[ ! -f ../shared/data/cifar10.tar.xz ]] || unpack ../shared/data/cifar10.tar.xz build/data/cifar10
[[ ! -f ../shared/data/flowers12.tar ]] || unpack ../shared/data/flowers12.tar build/data/flowers12
export GRAFT_TEST_DATA="$PWD/build/data"

exec ctest --preset ci --parallel "$(nproc)" "$@"
