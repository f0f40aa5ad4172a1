#!/usr/bin/env bash
# Disturbs trainings and files in every way that the documents promise to survive, until the time is over.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

case ${1:-} in
    -h | --help)
        cat <<'END'
usage: scripts/chaos.sh [MINUTES] [SEED]

Kills runs at any moment and while they write, lets their disk fail, damages checkpoints, sends signals, and gives damaged
images, models and configs to the executable of build/ci (default 60 minutes). Prints a table of what was tried, what
survived and what was lost; exit code 1 when anything was, with its folder kept.
The decoders' fuzzers are scripts/fuzz.sh, the sanitizers scripts/sanitize.sh.
END
        exit ;;
esac
readonly minutes=${1:-60} seed=${2:-$RANDOM}
[[ $minutes =~ ^[0-9]+([.][0-9]+)?$ ]] || { echo "chaos: expected a number of minutes, got \"$minutes\"" >&2; exit 2; }

# shellcheck source=/dev/null
[[ ! -f build/setup.env ]] || source build/setup.env
export GRAFT_EXECUTABLE=${GRAFT_EXECUTABLE:-$PWD/build/ci/graft}
export GRAFT_FAULTS=${GRAFT_FAULTS:-$PWD/build/ci/tests/libgraft_faults.so}
for file in "$GRAFT_EXECUTABLE" "$GRAFT_FAULTS"; do
    [[ -e $file ]] || { echo "chaos: $file is not there: cmake --build --preset ci" >&2; exit 2; }
done
exec python3 tests/end_to_end/chaos.py "$minutes" "$seed"
