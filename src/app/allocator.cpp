#include "app/allocator.hpp"

#include <dlfcn.h>
#include <malloc.h>

namespace graft {
namespace {

constexpr int kMebibyte = 1 << 20;
constexpr int kMmapThreshold = 32 * kMebibyte;  // the largest that glibc accepts
constexpr int kTrimThreshold = 1024 * kMebibyte;
constexpr int kTopPad = 64 * kMebibyte;

bool has_tcmalloc() { return ::dlsym(RTLD_DEFAULT, "tc_version") != nullptr; }

}  // namespace

std::string allocator_name() { return has_tcmalloc() ? "tcmalloc" : "glibc malloc"; }

void keep_freed_pages() {
    if (has_tcmalloc()) return;
    ::mallopt(M_MMAP_THRESHOLD, kMmapThreshold);
    ::mallopt(M_TRIM_THRESHOLD, kTrimThreshold);
    ::mallopt(M_TOP_PAD, kTopPad);
}

}  // namespace graft
