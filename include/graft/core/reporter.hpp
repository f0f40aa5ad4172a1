/// @file
/// How long-running work says what it is doing. The library never prints: it speaks to a Reporter.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "graft/core/export.hpp"

namespace graft {

/// Receives the progress, notes and warnings of a piece of work. All calls come from one thread.
class GRAFT_EXPORT Reporter {
public:
    virtual ~Reporter() = default;

    /// Work on `total` items begins, for example ("epoch 3/10", 1600, "images").
    virtual void start(std::string_view work, std::size_t total, std::string_view unit) = 0;
    /// `done` of the items were finished earlier, by work that was interrupted: what comes now goes on from there.
    virtual void go_on_from(std::size_t done) { static_cast<void>(done); }
    /// `done` of the items are finished; `detail` is short, for example "loss 0.31 acc 0.90".
    virtual void advance(std::size_t done, std::string_view detail = {}) = 0;
    /// The work is over; `summary`, if not empty, stays visible.
    virtual void finish(std::string_view summary = {}) = 0;
    /// A message that a user may want to read later.
    virtual void note(std::string_view message) = 0;
    /// A message that a user should read now.
    virtual void warn(std::string_view message) = 0;
};

/// Says nothing.
class GRAFT_EXPORT SilentReporter final : public Reporter {
public:
    void start(std::string_view, std::size_t, std::string_view) override {}
    void advance(std::size_t, std::string_view) override {}
    void finish(std::string_view) override {}
    void note(std::string_view) override {}
    void warn(std::string_view) override {}
};

}  // namespace graft
