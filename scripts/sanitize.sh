#!/usr/bin/env bash
# Runs the tests of all rooms below LibTorch (readers of images, configs and weights, hostile files among them) under
# AddressSanitizer and UBSan, or under ThreadSanitizer.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

case ${1:-} in
    -h | --help)
        cat <<'END'
usage: scripts/sanitize.sh [--threads] [gtest options]

Builds the rooms below LibTorch and their tests with the preset `asan` in build/asan, with --threads `tsan` in
build/tsan, and runs them.
  scripts/sanitize.sh --gtest_filter='Pickle.*'
END
        exit ;;
esac
preset=asan
if [[ ${1:-} == --threads ]]; then
    preset=tsan
    shift
fi
readonly preset

# shellcheck source=/dev/null
[[ ! -f build/setup.env ]] || source build/setup.env
torch=${GRAFT_TORCH_CMAKE:-${Torch_DIR:-}}
cmake --preset "$preset" ${torch:+-DTorch_DIR="$torch"} >/dev/null
cmake --build --preset "$preset" --parallel "${GRAFT_JOBS:-2}" --target base_tests

# LibTorch is built without annotations of containers and keeps what it allocates at start.
export ASAN_OPTIONS=detect_container_overflow=0:detect_leaks=0:allocator_may_return_null=0:max_allocation_size_mb=1024
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
export TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1:suppressions=$PWD/tests/tsan.supp
exec "build/$preset/tests/base_tests" "$@"
