#include "app/interrupt.hpp"

#include <pthread.h>
#include <unistd.h>

#include <string_view>

namespace graft {
namespace {

bool ignored(int signal) {
    struct sigaction action {};
    return ::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

/// Past all buffers: the main thread may be in the middle of a line.
void say(std::string_view text) { static_cast<void>(!::write(STDERR_FILENO, text.data(), text.size())); }

}  // namespace

void Interrupt::watch(const std::stop_token& end) {
    for (int signal = 0; ::sigwait(&signals_, &signal) == 0;) {
        if (end.stop_requested()) return;
        if (signal == SIGHUP && hangup_->happens()) continue;
        if (!stop_.stop_requested()) stopped_by_ = signal;
        if (!stop_.request_stop()) {
            if (::isatty(STDERR_FILENO) != 0) say("\n");
            ::_exit(128 + signal);  // files are written whole or not at all, so nothing is lost
        }
        if (::isatty(STDERR_FILENO) != 0) say("\nstopping; once more stops at once\n");
    }
}

Interrupt::Interrupt() {
    sigemptyset(&signals_);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP})
        if (signal == SIGTERM || !ignored(signal)) sigaddset(&signals_, signal);
    pthread_sigmask(SIG_BLOCK, &signals_, &mask_before_);
    watcher_ = std::jthread([this](const std::stop_token& end) { watch(end); });
}

Interrupt::~Interrupt() {
    watcher_.request_stop();
    pthread_kill(watcher_.native_handle(), SIGTERM);  // wakes it alone
    watcher_.join();
    pthread_sigmask(SIG_SETMASK, &mask_before_, nullptr);
}

}  // namespace graft
