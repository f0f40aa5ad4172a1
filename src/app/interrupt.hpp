/// @file
/// Ctrl-C and SIGTERM as a stop request that work can heed when it is ready to.
#pragma once

#include <csignal>
#include <stop_token>
#include <thread>

namespace graft {

/// While it lives, the first SIGINT or SIGTERM requests a stop and the second ends the process with exit code 130.
/// To be made before any other thread, which then inherits that these signals are not for it.
/// A signal that was ignored when the process began stays ignored, as the shell wants it for background jobs.
class Interrupt {
public:
    Interrupt();
    ~Interrupt();
    Interrupt(const Interrupt&) = delete;
    Interrupt& operator=(const Interrupt&) = delete;

    [[nodiscard]] std::stop_token token() const { return stop_.get_token(); }

private:
    sigset_t signals_{}, mask_before_{};
    std::stop_source stop_;
    std::jthread watcher_;
};

}  // namespace graft
