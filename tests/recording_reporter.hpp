/// @file
/// Keeps what is said to it.
#pragma once

#include <string>
#include <vector>

#include "graft/core/reporter.hpp"

namespace graft::testing {

class RecordingReporter final : public Reporter {
public:
    void start(std::string_view phase, std::size_t total, std::string_view unit) override {
        phases.push_back(std::string(phase) + " " + std::to_string(total) + " " + std::string(unit));
    }
    void advance(std::size_t items, std::string_view) override { done = items; }
    void finish(std::string_view summary) override { finished.emplace_back(summary); }
    void note(std::string_view message) override { notes.emplace_back(message); }
    void warn(std::string_view message) override { warnings.emplace_back(message); }

    std::vector<std::string> phases, finished, notes, warnings;
    std::size_t done = 0;
};

}  // namespace graft::testing
