/// @file
/// The one exception hierarchy of graft. Whatever goes wrong for a user ends as one of these, is caught once in
/// `main`, and becomes the process's exit code. A broken precondition is a bug and is asserted instead.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "graft/core/export.hpp"

namespace graft {

/// What the process returns; a contract that scripts rely on.
enum class ExitCode : int {
    done = 0,
    failed = 1,         ///< it failed while running
    usage = 2,          ///< the command line or the config is wrong
    data = 3,           ///< the data or a file is unusable
    gate = 4,           ///< a gate was not met (`--fail-under`, `verify`)
    interrupted = 130,  ///< stopped by the user, state saved
};

/// Base of all errors that graft reports to a person. The message says where, what was found, what is allowed.
class GRAFT_EXPORT Error : public std::runtime_error {
public:
    explicit Error(const std::string& message, ExitCode code = ExitCode::failed)
        : std::runtime_error(message), code_(code) {}
    [[nodiscard]] ExitCode exit_code() const noexcept { return code_; }

private:
    ExitCode code_;
};

/// The config or the command line is wrong. Holds every problem found, each `"<JSON pointer>: <what is wrong>"`.
class GRAFT_EXPORT ConfigError : public Error {
public:
    explicit ConfigError(std::vector<std::string> problems);
    explicit ConfigError(const std::string& problem) : ConfigError(std::vector<std::string>{problem}) {}
    [[nodiscard]] const std::vector<std::string>& problems() const noexcept { return problems_; }

private:
    std::vector<std::string> problems_;
};

/// A file or a folder of data cannot be used as it is.
class GRAFT_EXPORT DataError : public Error {
public:
    explicit DataError(const std::string& message) : Error(message, ExitCode::data) {}
};

/// A threshold that the user set was not met.
class GRAFT_EXPORT GateError : public Error {
public:
    explicit GateError(const std::string& message) : Error(message, ExitCode::gate) {}
};

/// The user asked to stop; what was finished is saved.
class GRAFT_EXPORT Interrupted : public Error {
public:
    explicit Interrupted(const std::string& message) : Error(message, ExitCode::interrupted) {}
};

}  // namespace graft
