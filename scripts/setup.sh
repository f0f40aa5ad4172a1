#!/usr/bin/env bash
# Finds what graft needs to build and installs what is missing: first Debian packages, then LibTorch.
# LibTorch, in this order: the one that Torch_DIR or CMAKE_PREFIX_PATH points to (remembered for the next time), else
# PyTorch's wheel in .venv: for CPUs, or with CUDA where there is an NVIDIA driver. What was found is written to
# build/setup.env, which the other scripts read.
# Exit codes: 0 all is there; 1 an installation failed; 2 something has to be installed by hand, and it says what.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly TORCH_VERSION=2.13.0
readonly OLDEST_TORCH=2.11 NEWEST_TORCH=2.13 # as in cmake/LibTorch.cmake
readonly TORCH_CPU_INDEX=https://download.pytorch.org/whl/cpu
readonly VENV="$PWD/.venv"
readonly LOG="$PWD/build/setup.log"
readonly ENV_FILE="$PWD/build/setup.env"

# A tool counts as there when its command is, wherever it came from. package:command
readonly REQUIRED_TOOLS=(g++:g++ cmake:cmake ninja-build:ninja pkg-config:pkg-config python3:python3)
readonly OPTIONAL_TOOLS=(ccache:ccache clang-format:clang-format git:git)
# `a|b`: either is enough, the first is installed.
readonly REQUIRED_LIBRARIES=(
    libopencv-dev nlohmann-json3-dev libspdlog-dev libfmt-dev libcli11-dev libgtest-dev libgmock-dev
    'libjpeg-dev|libjpeg62-turbo-dev|libjpeg-turbo8-dev' libgif-dev libpng-dev libtiff-dev
    libwebp-dev libexif-dev libssl-dev libzip-dev libutf8proc-dev libcsv-dev libprotozero-dev zlib1g-dev
    'libcurl4-openssl-dev|libcurl4-gnutls-dev')
readonly OPTIONAL_LIBRARIES=(
    libheif-dev libavif-dev libjxl-dev libgoogle-perftools-dev libbenchmark-dev ca-certificates)

usage() {
    cat <<'END'
usage: scripts/setup.sh [--device auto|cpu|cuda]

Installs what graft needs to build, as far as it is missing: Debian packages (as root or with sudo) and LibTorch.
  --device cpu                   LibTorch for CPUs alone (200 MB)
  --device cuda                  LibTorch with CUDA, for NVIDIA GPUs (several GB; no GPU has ever run it: docs/gpu.md)
  --device auto                  with CUDA where an NVIDIA driver is found, else for CPUs; the default
  Torch_DIR, CMAKE_PREFIX_PATH   point to a LibTorch 2.11 to 2.13 that you have already
  GRAFT_SKIP_PACKAGES=1          do not look for Debian packages (other distributions)
END
}

say() { printf '[setup %3ds] %s\n' "$SECONDS" "$*"; }
fail() {
    printf 'setup: %s\n' "$2" >&2
    (($# == 2)) || printf '  %s\n' "${@:3}" >&2
    exit "$1"
}

# Runs a command with its output in the log; shows the end of the log where it fails.
logged() {
    printf '\n$ %s\n' "$*" >>"$LOG"
    if "$@" </dev/null >>"$LOG" 2>&1; then return 0; fi
    tail -n 20 "$LOG" | sed 's/^/    /' >&2
    return 1
}

# --- Debian packages --------------------------------------------------------------------------------------------------

installed() {
    local name
    for name in ${1//|/ }; do
        dpkg-query -W -f '${db:Status-Status}\n' "$name" 2>/dev/null | grep -qx installed && return 0
    done
    return 1
}

has_tool() {
    command -v "$1" >/dev/null || return 1
    [[ $1 != cmake ]] && return 0
    # The presets need 3.22.
    printf '3.22\n%s\n' "$(cmake --version | sed -n 's/^cmake version \([0-9.]*\).*/\1/p')" | sort -VC
}

missing_tools() {
    local entry
    for entry in "$@"; do has_tool "${entry#*:}" || echo "${entry%%:*}"; done
}

missing_libraries() {
    local entry
    for entry in "$@"; do installed "$entry" || echo "${entry%%|*}"; done
}

# Ubuntu 22.04 and Debian 11 have every package, but too old a one.
refuse_old_json() {
    local version
    version=$(dpkg-query -W -f '${Version}' nlohmann-json3-dev 2>/dev/null) || version=
    [[ -n $version ]] || version=$(LC_ALL=C apt-cache policy nlohmann-json3-dev 2>/dev/null |
        sed -n 's/^ *Candidate: \([0-9].*\)/\1/p')
    if [[ -n $version ]] && dpkg --compare-versions "$version" lt 3.11; then
        fail 2 "this system is too old: its nlohmann-json3-dev is $version, graft needs 3.11" \
            "Debian 12, Ubuntu 24.04 and newer ones are supported"
    fi
}

# Prints the command that makes us root, or nothing when we are; fails where there is no way.
become_root() {
    ((EUID != 0)) || return 0
    command -v sudo >/dev/null || return 1
    # A password is asked for by sudo itself, and only where somebody can type it.
    sudo -n true 2>/dev/null || { [[ -t 0 && -t 2 ]] && sudo -v; } || return 1
    echo sudo
}

install_packages() {
    local -a root=(env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600)
    [[ $1 == root ]] || root=("$1" "${root[@]}")
    shift
    say "installing Debian packages: $*"
    logged "${root[@]}" update || say "the package lists could not all be updated; trying with what is there"
    refuse_old_json
    logged "${root[@]}" install -y --no-install-recommends "$@" ||
        fail 1 "apt-get could not install them; the whole output is in $LOG"
}

ensure_packages() {
    [[ -z ${GRAFT_SKIP_PACKAGES:-} ]] || return 0
    local -a required optional
    if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
        fail 2 "this is not a Debian or Ubuntu system. Install what these packages hold by the names they have here:" \
            "${REQUIRED_TOOLS[*]%%:*} ${REQUIRED_LIBRARIES[*]%%|*}" \
            "and run again with GRAFT_SKIP_PACKAGES=1"
    fi
    mapfile -t required < <(missing_tools "${REQUIRED_TOOLS[@]}" && missing_libraries "${REQUIRED_LIBRARIES[@]}")
    mapfile -t optional < <(missing_tools "${OPTIONAL_TOOLS[@]}" && missing_libraries "${OPTIONAL_LIBRARIES[@]}")
    if [[ $1 == with_venv ]] && ! find_python >/dev/null; then required+=(python3-venv); fi
    refuse_old_json
    ((${#required[@]} + ${#optional[@]} > 0)) || return 0

    local root
    if root=$(become_root); then
        install_packages "${root:-root}" "${required[@]}" "${optional[@]}"
    elif ((${#required[@]} > 0)); then
        fail 2 "these packages are missing, and you are neither root nor may you use sudo. Ask somebody who may to run:" \
            "apt-get install ${required[*]} ${optional[*]}"
    else
        say "going on without ${optional[*]} (worth having: apt-get install ${optional[*]})"
    fi
}

# --- LibTorch ---------------------------------------------------------------------------------------------------------

# The version of the LibTorch whose CMake files are in a folder; fails where there is none.
version_in() {
    [[ -f $1/TorchConfig.cmake ]] || return 1
    sed -n 's/.*set(PACKAGE_VERSION "\([^"]*\)").*/\1/p' "$1/TorchConfigVersion.cmake" 2>/dev/null
}

fits() {
    local version
    version=$(version_in "$1") && [[ -n $version ]] &&
        printf '%s\n' "$OLDEST_TORCH" "$version" "$NEWEST_TORCH.999" | sort -VC
}

has_cuda() { [[ -e $1/../../../lib/libtorch_cuda.so ]]; }

# Where the user's own LibTorch has its CMake files; nothing when the user points to none.
users_torch() {
    local prefix folder
    local -a folders=()
    if [[ -n ${Torch_DIR:-} ]]; then
        version_in "$Torch_DIR" >/dev/null || fail 2 "Torch_DIR=$Torch_DIR holds no TorchConfig.cmake"
        folders+=("$Torch_DIR")
    fi
    while read -r prefix; do
        [[ -z $prefix ]] || folders+=("$prefix/share/cmake/Torch" "$prefix/Torch" "$prefix/lib/cmake/Torch" "$prefix")
    done < <(tr ':;' '[\n*]' <<<"${CMAKE_PREFIX_PATH:-}")
    for folder in "${folders[@]}"; do
        version_in "$folder" >/dev/null || continue
        fits "$folder" || fail 2 \
            "the LibTorch in $folder is $(version_in "$folder"), graft takes $OLDEST_TORCH to $NEWEST_TORCH:" \
            "let Torch_DIR or CMAKE_PREFIX_PATH point to one, or leave both unset to have it installed in .venv"
        realpath "$folder"
        return
    done
    [[ ! -f $ENV_FILE ]] || (
        # shellcheck source=/dev/null
        source "$ENV_FILE"
        found=${GRAFT_TORCH_CMAKE:-}
        if [[ $found != "$VENV"/* ]] && fits "$found"; then echo "$found"; fi
    )
}

# A Python that can make environments and that PyTorch has wheels for.
find_python() {
    local python
    for python in python3 /usr/bin/python3 python3.14 python3.13 python3.12 python3.11 python3.10; do
        "$python" -c 'import ensurepip, sys, venv; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 14))' \
            2>/dev/null || continue
        echo "$python"
        return
    done
    return 1
}

# The CMake files of the LibTorch in .venv; fails where there is none that fits.
venv_torch() {
    local packages
    packages=$("$VENV/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))' 2>/dev/null) || return 1
    fits "$packages/torch/share/cmake/Torch" && echo "$packages/torch/share/cmake/Torch"
}

cpu_index_answers() {
    timeout 10 "$1" - "$TORCH_CPU_INDEX/torch/" <<'END' 2>/dev/null
import sys, urllib.request
urllib.request.urlopen(sys.argv[1], timeout=5)
END
}

install_torch() {
    local python
    local -a pip=("$VENV/bin/python" -m pip install --no-input --disable-pip-version-check "torch==$TORCH_VERSION")
    python=$(find_python) || fail 2 "no Python from 3.10 to 3.14 with venv and pip was found: apt-get install python3-venv"
    # The first mark says that the folder is ours, the second that it is complete: an interrupted one is made anew.
    rm -rf "$VENV"
    rm -f build/*/CMakeCache.txt build/*/build.ninja # CMake keeps what it found in the one before
    mkdir "$VENV"
    touch "$VENV/.made-by-graft"
    say "making a Python environment in .venv ($("$python" -V))"
    logged "$python" -m venv "$VENV" || fail 1 "$python could not make it; the whole output is in $LOG"
    if [[ $device == cuda ]]; then
        say "installing LibTorch $TORCH_VERSION with CUDA from pip's configured sources (several GB; watch" \
            "build/setup.log; --device cpu is small)"
        logged "${pip[@]}" || fail 1 "pip could not install torch==$TORCH_VERSION; the whole output is in $LOG"
        return
    fi
    if cpu_index_answers "$python"; then
        say "installing LibTorch $TORCH_VERSION from PyTorch's CPU index (about 200 MB; watch build/setup.log)"
        logged "${pip[@]}" --index-url "$TORCH_CPU_INDEX" && return
    fi
    say "installing LibTorch $TORCH_VERSION from pip's configured sources, PyTorch's CPU index does not serve it here" \
        "(a build with CUDA is several GB; watch build/setup.log)"
    logged "${pip[@]}" || fail 1 "pip could not install torch==$TORCH_VERSION; the whole output is in $LOG" \
        "a LibTorch that you have already is taken too: CMAKE_PREFIX_PATH=/path/to/libtorch $0"
}

# The mark of a complete environment; it says what for.
stamp() {
    local for_what=
    [[ $device != cuda ]] || for_what=-cuda
    echo "$VENV/.torch-$TORCH_VERSION$for_what"
}

own_torch() {
    if [[ -e $VENV && ! -e $VENV/.made-by-graft ]]; then
        venv_torch || fail 2 "$VENV was not made by this script and holds no torch==$TORCH_VERSION:" \
            "install it there, move the folder away, or let CMAKE_PREFIX_PATH point to a LibTorch"
        return
    fi
    if [[ -e $(stamp) ]] && venv_torch; then return; fi
    install_torch >&2
    venv_torch || fail 1 "pip installed torch into $VENV, but its CMake files are not there"
    touch "$(stamp)"
}

# --- What was found ---------------------------------------------------------------------------------------------------

# The Python of the environment that a LibTorch lies in, when it can import it.
python_of() {
    local python=${1%/lib/python3*}/bin/python3
    [[ $1 == */lib/python3* && -x $python ]] || return 0
    "$python" -c 'import importlib.util as u, sys; sys.exit(u.find_spec("torch") is None)' 2>/dev/null || return 0
    echo "$python"
}

# One job takes up to 2 GB.
jobs_that_fit() {
    local cores memory
    cores=$(nproc)
    memory=$(awk '/^MemTotal:/ { print int($2 / 2000000) }' /proc/meminfo)
    echo $((memory < 1 ? 1 : memory < cores ? memory : cores))
}

write_env() {
    local known=
    # shellcheck source=/dev/null
    [[ ! -f $ENV_FILE ]] || known=$(source "$ENV_FILE" && echo "${GRAFT_TORCH_CMAKE:-}")
    if [[ -n $known && $known != "$1" ]]; then
        # CMake keeps the paths of the first LibTorch it has seen.
        say "LibTorch is another one than before: the build folders will be configured anew"
        rm -f build/*/CMakeCache.txt build/*/build.ninja
    fi
    {
        echo "# Written by scripts/setup.sh, read by the scripts beside it."
        printf 'GRAFT_TORCH_CMAKE=%q\n' "$1"
        printf 'GRAFT_PYTHON=%q\n' "$(python_of "$1")"
        printf 'GRAFT_JOBS=%q\n' "$(jobs_that_fit)"
    } >"$ENV_FILE.new"
    mv "$ENV_FILE.new" "$ENV_FILE"
}

# What `auto` means on this machine.
device_here() {
    if [[ -e /proc/driver/nvidia/version ]] || nvidia-smi -L >/dev/null 2>&1; then echo cuda; else echo cpu; fi
}

main() {
    device=auto
    case ${1:-} in
        '') ;;
        --device) device=${2:-} ;;
        -h | --help) usage && exit ;;
        *) usage >&2 && exit 2 ;;
    esac
    case $device in
        auto) device=$(device_here) ;;
        cpu | cuda) ;;
        *) usage >&2 && exit 2 ;;
    esac
    local asked=${2:-auto}
    mkdir -p build
    : >"$LOG"
    local torch venv=without_venv
    torch=$(users_torch)
    if [[ -z $torch ]] && [[ ! -e $(stamp) ]]; then venv=with_venv; fi
    ensure_packages "$venv"
    [[ -n $torch ]] || torch=$(own_torch)
    [[ $asked != cuda ]] || has_cuda "$torch" ||
        fail 2 "--device cuda: the LibTorch in $torch is built for CPUs alone"
    write_env "$torch"
    say "everything is there; LibTorch $(version_in "$torch") in ${torch%/share/cmake/Torch}"
}

main "$@"
