/// @file
/// What the numbers of a run say, and what could be done next, in plain sentences.
#pragma once

#include <string>
#include <vector>

#include "report/source.hpp"

namespace graft {

enum class AdviceKind {
    act,   ///< something is wrong, or much can be won
    look,  ///< worth a look
    fine,  ///< as it should be
};

struct Advice {
    AdviceKind kind = AdviceKind::look;
    std::string finding;  ///< what was found, in one sentence
    std::string reason;   ///< the numbers behind it
    std::string action;   ///< what to do; empty: nothing
    std::string link;     ///< "#classes": where to look; empty: nowhere
};

/// The most important first. Each sentence follows from the numbers of this run alone.
[[nodiscard]] std::vector<Advice> advice_for(const ReportSource& source);

}  // namespace graft
