#!/usr/bin/env bash
# From a fresh checkout to a trained, tested and exported model. What is done already is not done again.
set -euo pipefail
readonly CALLED_FROM=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")/.."
readonly GRAFT=build/release/graft

usage() {
    cat <<'END'
usage: scripts/quickstart.sh [--data DIR|hymenoptera|flowers] [--device auto|cpu|cuda]

Installs what is missing, builds graft, gets pretrained weights, then trains on images, tests and exports the model.

  --data DIR           your own images: DIR/train/CLASS/… and, to be tested, DIR/test/CLASS/…; a folder of class
                       folders serves too. Without --data: sample images that graft draws itself
  --data hymenoptera   ants and bees, downloaded (47 MB)
  --data flowers       17 kinds of flowers, downloaded (60 MB)
  --device cpu         LibTorch for CPUs alone, also where there is an NVIDIA driver: 200 MB instead of several GB.
                       Default: auto. No GPU has ever run graft (docs/gpu.md)
  --help               this text

Torch_DIR or CMAKE_PREFIX_PATH may point to a LibTorch 2.11 to 2.13; otherwise one is installed in .venv.
END
}

step() { printf '\n==> %s\n' "$*"; }
fail() {
    printf 'quickstart: %s\n' "$2" >&2
    (($# == 2)) || printf '  %s\n' "${@:3}" >&2
    exit "$1"
}

data=samples device=auto
while (($# > 0)); do
    case $1 in
        --data)
            (($# > 1)) || { echo "quickstart: --data needs a value" >&2 && usage >&2 && exit 2; }
            data=$2
            [[ $data != samples ]] || data=./samples
            shift
            ;;
        --device)
            case ${2:-} in
                auto | cpu | cuda) device=$2 ;;
                *) echo "quickstart: --device is auto, cpu or cuda" >&2 && usage >&2 && exit 2 ;;
            esac
            shift
            ;;
        -h | --help) usage && exit ;;
        *) echo "quickstart: unknown argument $1" >&2 && usage >&2 && exit 2 ;;
    esac
    shift
done

# Sets name, train, validation and test from what --data says.
find_folders() {
    validation='' test=''
    case $data in
        samples | hymenoptera | flowers)
            name=$data train=data/$data/train test=data/$data/test
            return ;;
    esac
    local folder part
    folder=$(cd "$CALLED_FROM" && realpath -e -- "$data" 2>/dev/null) || folder=
    [[ -d $folder ]] ||
        fail 2 "--data $data: there is no such folder; downloads go by the names hymenoptera and flowers"
    name=$(basename "$folder" | tr -c 'A-Za-z0-9._\n-' _)
    if [[ ! -d $folder/train ]]; then
        train=$folder
        return
    fi
    train=$folder/train
    [[ ! -d $folder/test ]] || test=$folder/test
    for part in validation val valid; do
        [[ ! -d $folder/$part ]] || validation=$folder/$part
    done
}

build() {
    # shellcheck source=/dev/null
    source build/setup.env
    # Ninja configures anew by itself when a CMake file has changed, but does not know of the presets.
    if [[ ! build/release/build.ninja -nt CMakePresets.json ]]; then
        cmake --preset release -DTorch_DIR="$GRAFT_TORCH_CMAKE"
    fi
    # The program and what `cmake --install` needs besides: the library (`graft` is the program's file), manual pages.
    cmake --build --preset release --target graft_cli libgraft.so graft_manual --parallel "$GRAFT_JOBS"
}

draw_samples() {
    step "sample images"
    if [[ -d data/samples ]]; then
        echo "data/samples is there"
        return
    fi
    mkdir -p data
    local folder
    rm -rf data/.drawing.*
    folder=$(mktemp -d data/.drawing.XXXXXX)
    "$GRAFT" data sample "$folder/samples"
    mv "$folder/samples" data/samples
    rmdir "$folder"
}

# Value at a dotted path of a JSON file.
json_value() {
    python3 - "$1" "$2" <<'END'
import json, sys
value = json.load(open(sys.argv[1], encoding="utf-8"))
for key in sys.argv[2].split("."):
    value = value[key]
print(value)
END
}

train() {
    local -a options=()
    # Where LibTorch is one for CPUs there is nothing to choose.
    # shellcheck source=/dev/null
    if [[ $device != cpu ]] && (source build/setup.env && [[ -e $GRAFT_TORCH_CMAKE/../../../lib/libtorch_cuda.so ]]); then
        options+=(--device "$device")
    fi
    if [[ $data != samples ]]; then
        options+=(--set "/name=\"$name\"" --set "/output=\"$run\"" --set "/data/train=$train"
            --set "/data/test=${test:-null}")
        [[ -z $validation ]] || options+=(--set "/data/validation=$validation" --set /data/validation_split=0)
    fi
    if [[ -f $run/config.json && $(json_value "$run/config.json" data.train) != "$train" ]]; then
        fail 2 "$run holds a run on other images ($(json_value "$run/config.json" data.train)): move it away"
    fi
    if [[ -f $run/model.pt && -f $run/record.json ]]; then
        echo "$run/model.pt is there; delete $run to train again"
        return
    fi
    [[ ! -d $run/checkpoint ]] || options+=(--resume)
    "$GRAFT" train configs/quickstart.json "${options[@]}"
}

evaluate() {
    if [[ $run/evaluation.json -nt $run/model.pt ]]; then
        echo "$run/evaluation.json is there"
        return
    fi
    "$GRAFT" evaluate "$run/model.pt" "$test" --json >"$run/evaluation.json.new"
    mv "$run/evaluation.json.new" "$run/evaluation.json"
    [[ ! -f $run/test/report.txt ]] || cat "$run/test/report.txt"
}

export_model() {
    if [[ $run/export/model.pt -nt $run/model.pt ]]; then
        echo "$run/export/model.pt is there"
        return
    fi
    mkdir -p "$run/export"
    "$GRAFT" export "$run/model.pt" --format torchscript --output "$run/export/model.pt" --force
}

summary() {
    step "done after $((SECONDS / 60)) min $((SECONDS % 60)) s"
    if [[ -n $test ]]; then
        printf 'test accuracy   %.4f on %s\n' "$(json_value "$run/evaluation.json" accuracy)" "$test"
    else
        echo "test accuracy   not known, as there are no test images: lay them out as DIR/train/CLASS and DIR/test/CLASS"
    fi
    cat <<END
model           $run/model.pt
exported        $run/export/model.pt, for torch.jit.load in C++ and Python
report          $run/report.html: open it in a browser
training        $run/history.csv, an epoch a line; $run/log.txt
END
    [[ -z $test ]] || echo "test            $run/test/report.txt, classes.csv, confusion.csv"
    cat <<END

Try next:
  $GRAFT predict $run/model.pt $(printf %q "${test:-$train}")
  $GRAFT inspect $run/model.pt
  ./scripts/quickstart.sh --data /path/to/your/images
  edit configs/your-images.json, then: $GRAFT train configs/your-images.json
END
}

find_folders
run=runs/$name
[[ $data != samples ]] || run=runs/quickstart

step "what graft needs"
./scripts/setup.sh --device "$device"
case $data in
    hymenoptera | flowers)
        # Before the build, so that a machine without internet learns it at once.
        step "images"
        ./scripts/get_data.sh "$data"
        ;;
esac
step "building $GRAFT"
build
step "pretrained weights"
./scripts/get_weights.sh
[[ $data != samples ]] || draw_samples
step "training on the images in $train"
train
if [[ -n $test ]]; then
    step "testing on images that training has not seen"
    evaluate
fi
step "exporting"
export_model
summary
