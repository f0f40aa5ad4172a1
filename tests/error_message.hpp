/// @file
/// What an error says.
#pragma once

#include <string>

namespace graft::testing {

/// The message of the `Expected` that `work` throws, or "nothing was thrown". Other exceptions fail the test.
template <class Expected, class Work>
std::string error_message(Work&& work) {
    try {
        work();
    } catch (const Expected& error) {
        return error.what();
    }
    return "nothing was thrown";
}

}  // namespace graft::testing
