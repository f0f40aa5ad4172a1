/// @file
/// Ctrl-C, SIGTERM and SIGHUP as requests that work can heed when it is ready to.
#pragma once

#include <atomic>
#include <csignal>
#include <memory>
#include <stop_token>
#include <thread>

namespace graft {

/// SIGHUP, which comes when a terminal is closed: work that can go on without one saves what it has and goes on; other
/// work is stopped.
class Hangup {
public:
    /// From now on SIGHUP asks for a checkpoint and stops nothing.
    void is_survived() { survived_ = true; }
    /// Whether a checkpoint was asked for since the last call.
    [[nodiscard]] bool take_request() { return asked_.exchange(false); }
    /// @return whether the work goes on
    bool happens() {
        asked_ = true;
        return survived_;
    }

private:
    std::atomic<bool> survived_ = false, asked_ = false;
};

/// While it lives, the first SIGINT, SIGTERM or SIGHUP requests a stop, and the second ends the process at once.
/// To be made before any other thread, which then inherits that these signals are not for it.
/// A signal that was ignored when the process began stays ignored, as the shell wants it for background jobs.
class Interrupt {
public:
    Interrupt();
    ~Interrupt();
    Interrupt(const Interrupt&) = delete;
    Interrupt& operator=(const Interrupt&) = delete;

    [[nodiscard]] std::stop_token token() const { return stop_.get_token(); }
    [[nodiscard]] const std::shared_ptr<Hangup>& hangup() const { return hangup_; }
    /// What a process returns that a signal stopped: 128 and its number, as shells do.
    [[nodiscard]] int exit_code() const { return 128 + stopped_by_; }

private:
    void watch(const std::stop_token& end);

    sigset_t signals_{}, mask_before_{};
    std::stop_source stop_;
    std::shared_ptr<Hangup> hangup_ = std::make_shared<Hangup>();
    std::atomic<int> stopped_by_ = SIGINT;
    std::jthread watcher_;
};

}  // namespace graft
