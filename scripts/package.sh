#!/usr/bin/env bash
# Makes packages that run where there is neither a compiler nor a LibTorch: an archive, and two Debian packages.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
readonly FOLDER=build/packages

usage() {
    cat <<'END_OF_USAGE'
usage: scripts/package.sh

Installs what is missing to build, builds graft, and makes in build/packages:

  graft-VERSION-linux-ARCH.tar.gz   to unpack anywhere; needs the libraries that docs/install.md names
  graft_VERSION_ARCH.deb            to be installed with apt, which gets the libraries
  graft-dev_VERSION_ARCH.deb        headers and CMake package, to build programs with graft

Each brings LibTorch along. The Debian packages need dpkg-deb and dpkg-shlibdeps (dpkg-dev) to be made.
END_OF_USAGE
}

case ${1:-} in
    '') ;;
    -h | --help) usage && exit ;;
    *) usage >&2 && exit 2 ;;
esac

./scripts/setup.sh
# shellcheck source=/dev/null
source build/setup.env
cmake --preset release -DTorch_DIR="$GRAFT_TORCH_CMAKE" -DGRAFT_BUNDLE_LIBTORCH=ON
# libgraft.so by its file's name, because Ninja takes `graft` for the executable.
cmake --build --preset release --target graft_cli libgraft.so graft_manual --parallel "$GRAFT_JOBS"

generators=TGZ
if command -v dpkg-deb >/dev/null && command -v dpkg-shlibdeps >/dev/null; then
    generators='TGZ;DEB'
else
    echo "package: no Debian packages, because dpkg-deb or dpkg-shlibdeps is missing (apt-get install dpkg-dev)" >&2
fi
rm -rf "$FOLDER"
cpack --config build/release/CPackConfig.cmake -G "$generators" -B "$FOLDER" >build/package.log 2>&1 || {
    tail -n 20 build/package.log | sed 's/^/    /' >&2
    echo "package: cpack failed; the whole output is in build/package.log" >&2
    exit 1
}
rm -rf "$FOLDER/_CPack_Packages"
ls -lh "$FOLDER"
