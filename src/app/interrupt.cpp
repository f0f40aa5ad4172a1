#include "app/interrupt.hpp"

#include <pthread.h>
#include <unistd.h>

#include <string_view>
#include <utility>

#include "graft/core/errors.hpp"

namespace graft {
namespace {

bool ignored(int signal) {
    struct sigaction action {};
    return ::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

/// Past all buffers: the main thread may be in the middle of a line.
void say(std::string_view text) { static_cast<void>(!::write(STDERR_FILENO, text.data(), text.size())); }

void watch(const std::stop_token& end, const sigset_t& signals, std::stop_source stop) {
    for (int signal = 0; ::sigwait(&signals, &signal) == 0;) {
        if (end.stop_requested()) return;
        if (!stop.request_stop()) {
            if (::isatty(STDERR_FILENO) != 0) say("\n");
            ::_exit(static_cast<int>(ExitCode::interrupted));
        }
        if (::isatty(STDERR_FILENO) != 0) say("\nstopping; once more stops at once\n");
    }
}

}  // namespace

Interrupt::Interrupt() {
    sigemptyset(&signals_);
    for (const int signal : {SIGINT, SIGTERM})
        if (signal == SIGTERM || !ignored(signal)) sigaddset(&signals_, signal);
    pthread_sigmask(SIG_BLOCK, &signals_, &mask_before_);
    watcher_ = std::jthread([this](const std::stop_token& end) { watch(end, signals_, stop_); });
}

Interrupt::~Interrupt() {
    watcher_.request_stop();
    pthread_kill(watcher_.native_handle(), SIGTERM);  // wakes it alone
    watcher_.join();
    pthread_sigmask(SIG_SETMASK, &mask_before_, nullptr);
}

}  // namespace graft
