// The C library's calls that change files, with a fault where one is asked for. With LD_PRELOAD the environment asks:
//   GRAFT_FAULT_FOLDER=/run GRAFT_FAULT_AT=17 GRAFT_FAULT_ERROR=28 [GRAFT_FAULT_AFTER=all] [GRAFT_FAULT_REPORT=file]
// GRAFT_FAULT_ERROR=-9 is kill -9. The report is the number of calls that there were.
#include "faults/faults.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace graft::testing {
namespace {

std::string folder;  // empty: nothing is counted
int fails_at = Faults::kNever, fails_with = 0;
bool all_after = false;
std::atomic<int> count = 0;

bool is_below(const std::string& path) {
    return path.compare(0, folder.size(), folder) == 0 && (path.size() == folder.size() || path[folder.size()] == '/');
}

bool is_watched(const char* path) {
    if (folder.empty() || path == nullptr) return false;
    if (path[0] == '/') return is_below(path);
    char here[PATH_MAX];
    return ::getcwd(here, sizeof here) != nullptr && is_below(std::string(here) + "/" + path);
}

bool is_watched(int descriptor) {
    if (folder.empty()) return false;
    char path[PATH_MAX];
    const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
    const ssize_t size = ::readlink(link.c_str(), path, sizeof path);
    return size > 0 && is_below(std::string(path, static_cast<std::size_t>(size)));
}

/// Counts a call. @return whether it is to fail; errno says how
bool fails(bool watched) {
    if (!watched) return false;
    const int now = count++;
    if (fails_at == Faults::kNever || now < fails_at || (now > fails_at && !all_after)) return false;
    if (fails_with == Faults::kKill) ::raise(SIGKILL);
    errno = fails_with;
    return true;
}

template <class Function>
Function* next(const char* name) {
    return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

/// What the environment asks of a process that was started with the library.
struct FromEnvironment {
    FromEnvironment() {
        const auto number = [](const char* name, int otherwise) {
            const char* text = std::getenv(name);
            return text == nullptr ? otherwise : std::atoi(text);
        };
        const char* name = std::getenv("GRAFT_FAULT_FOLDER");
        if (name == nullptr) return;
        fails_at = number("GRAFT_FAULT_AT", Faults::kNever);
        fails_with = number("GRAFT_FAULT_ERROR", 0);
        all_after = std::getenv("GRAFT_FAULT_AFTER") != nullptr;
        folder = name;
    }
    ~FromEnvironment() {
        const char* report = std::getenv("GRAFT_FAULT_REPORT");
        if (report == nullptr || folder.empty()) return;
        folder.clear();
        if (std::FILE* file = std::fopen(report, "w")) {
            static_cast<void>(std::fprintf(file, "%d\n", count.load()));
            static_cast<void>(std::fclose(file));
        }
    }
} const from_environment;

}  // namespace

Faults::Faults(const std::filesystem::path& below, int nth, int error, After after) {
    fails_at = nth;
    fails_with = error;
    all_after = after == After::all_fail;
    count = 0;
    folder = below.string();
}

Faults::~Faults() {
    folder.clear();
    fails_at = kNever;
}

int Faults::calls() { return count; }

}  // namespace graft::testing

using graft::testing::fails;
using graft::testing::is_watched;
using graft::testing::next;

// NOLINTBEGIN(readability-identifier-naming,cert-dcl50-cpp): the C library's own signatures
extern "C" {

int open(const char* path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    if (fails((flags & (O_WRONLY | O_RDWR | O_CREAT)) != 0 && is_watched(path))) return -1;
    static const auto real = next<int(const char*, int, ...)>("open");
    return real(path, flags, mode);
}

int open64(const char* path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return open(path, flags, mode);
}

ssize_t write(int descriptor, const void* bytes, size_t size) {
    if (fails(is_watched(descriptor))) return -1;
    static const auto real = next<ssize_t(int, const void*, size_t)>("write");
    return real(descriptor, bytes, size);
}

ssize_t pwrite(int descriptor, const void* bytes, size_t size, off_t offset) {
    if (fails(is_watched(descriptor))) return -1;
    static const auto real = next<ssize_t(int, const void*, size_t, off_t)>("pwrite");
    return real(descriptor, bytes, size, offset);
}

ssize_t pwrite64(int descriptor, const void* bytes, size_t size, off64_t offset) {
    return pwrite(descriptor, bytes, size, offset);
}

int fsync(int descriptor) {
    if (fails(is_watched(descriptor))) return -1;
    static const auto real = next<int(int)>("fsync");
    return real(descriptor);
}

int ftruncate(int descriptor, off_t size) noexcept {
    if (fails(is_watched(descriptor))) return -1;
    static const auto real = next<int(int, off_t)>("ftruncate");
    return real(descriptor, size);
}

int rename(const char* from, const char* to) noexcept {
    if (fails(is_watched(to))) return -1;
    static const auto real = next<int(const char*, const char*)>("rename");
    return real(from, to);
}

int renameat2(int from_folder, const char* from, int to_folder, const char* to, unsigned flags) noexcept {
    if (fails(is_watched(to))) return -1;
    static const auto real = next<int(int, const char*, int, const char*, unsigned)>("renameat2");
    return real(from_folder, from, to_folder, to, flags);
}

int link(const char* from, const char* to) noexcept {
    if (fails(is_watched(to))) return -1;
    static const auto real = next<int(const char*, const char*)>("link");
    return real(from, to);
}

int mkdir(const char* path, mode_t mode) noexcept {
    if (fails(is_watched(path))) return -1;
    static const auto real = next<int(const char*, mode_t)>("mkdir");
    return real(path, mode);
}

}  // extern "C"
// NOLINTEND(readability-identifier-naming,cert-dcl50-cpp)
