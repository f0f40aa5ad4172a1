#!/usr/bin/env bash
# Gets a public data set and lays it out as class folders: data/NAME/train/CLASS and data/NAME/test/CLASS.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
    cat <<'END'
usage: scripts/get_data.sh hymenoptera|flowers

  hymenoptera   ants and bees, 244 images to train and 153 to test (47 MB; PyTorch's transfer learning tutorial)
  flowers       Oxford's 17 flowers, of each the first 60 images to train and the last 20 to test (60 MB)

Needs internet once; does nothing when data/NAME is there.
END
}

fail() {
    printf 'get_data: %s\n' "$1" >&2
    (($# == 1)) || printf '  %s\n' "${@:2}" >&2
    exit 1
}

# download URL FILE
download() {
    python3 - "$1" "$2" <<'END'
import shutil, sys, urllib.request
url, file = sys.argv[1:]
try:
    with urllib.request.urlopen(url, timeout=20) as source, open(file, "wb") as target:
        shutil.copyfileobj(source, target, 1 << 20)
except OSError as error:
    sys.exit(f"    {error}")
END
}

# Leaves the archive in data/, so that one put there by hand serves as well.
ensure_archive() {
    local url=$1 sha256=$2 archive=$3
    if [[ ! -f $archive ]]; then
        echo "downloading $url"
        download "$url" "$work/archive" || fail "$url cannot be reached; is there internet?" \
            "Without it, put the file there yourself and run again: $archive"
        mv "$work/archive" "$archive"
    fi
    sha256sum --check --status <<<"$sha256  $archive" ||
        fail "$archive is damaged or another one than expected (SHA-256 $sha256): delete it and run again"
}

unpack_hymenoptera() {
    ensure_archive https://download.pytorch.org/tutorial/hymenoptera_data.zip \
        fbc41b31d544714d18dd1230b1e2b455e1557766e13e67f9f5a7a23af7c02209 data/hymenoptera_data.zip
    python3 -m zipfile -e data/hymenoptera_data.zip "$work/unpacked"
    mv "$work/unpacked/hymenoptera_data/train" "$work/set/train"
    mv "$work/unpacked/hymenoptera_data/val" "$work/set/test"
    # The placeholder of a web site that got into the set; no ant.
    rm -f "$work/set/train/ants/imageNotFound.gif"
}

# The archive has no labels: every 80 images in a row are a class, in this order.
readonly FLOWERS=(daffodil snowdrop lily_of_the_valley bluebell crocus iris tigerlily tulip fritillary sunflower daisy
    coltsfoot dandelion cowslip buttercup windflower pansy)

unpack_flowers() {
    ensure_archive https://www.robots.ox.ac.uk/~vgg/data/flowers/17/17flowers.tgz \
        fe38a60f8b4a95e657551247d3e7d799a3fafcdbc595be504b12839967823d70 data/17flowers.tgz
    mkdir "$work/unpacked"
    tar -xzf data/17flowers.tgz -C "$work/unpacked"
    local index part flower
    for flower in "${FLOWERS[@]}"; do mkdir -p "$work/set/train/$flower" "$work/set/test/$flower"; done
    for ((index = 0; index < 80 * ${#FLOWERS[@]}; ++index)); do
        ((index % 80 < 60)) && part="train" || part="test"
        printf '%s/unpacked/jpg/image_%04d.jpg\0%s\0' "$work" $((index + 1)) "$work/set/$part/${FLOWERS[index / 80]}"
    done | xargs -0 -n 2 mv
}

case ${1:-} in
    hymenoptera | flowers) name=$1 ;;
    -h | --help) usage && exit ;;
    *) usage >&2 && exit 2 ;;
esac
if [[ -d data/$name ]]; then
    echo "data/$name is there"
    exit
fi
mkdir -p data
work=$(mktemp -d data/.unpacking.XXXXXX)
trap 'rm -rf "$work"' EXIT
mkdir "$work/set"
"unpack_$name"
mv "$work/set" "data/$name"
echo "data/$name is there now: $(find "data/$name/train" -type f | wc -l) images to train," \
    "$(find "data/$name/test" -type f | wc -l) to test"
