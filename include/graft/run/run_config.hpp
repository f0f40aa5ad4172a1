/// @file
/// The config of a run, as an application writes it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "graft/core/export.hpp"

namespace graft {

/// What a place in a config may hold. Other integers than int and std::int64_t need a cast.
using ConfigValue = std::variant<bool, std::int64_t, double, std::string, std::vector<std::int64_t>,
                                 std::vector<double>, std::vector<std::string>>;

/// One JSON document, the same that `graft train` reads; docs/config.md lists its keys. It is checked as a whole when
/// it is used: `train` throws ConfigError with every problem at once. A value: it may be copied and changed, by one
/// thread at a time.
class GRAFT_EXPORT RunConfig {
public:
    /// An empty document. Data and backbone at least must be set.
    RunConfig() = default;
    /// @throws ConfigError when the file cannot be read or is not JSON, with line and column
    [[nodiscard]] static RunConfig from_file(const std::filesystem::path& file);
    /// @param json UTF-8
    /// @param name stands in error messages
    /// @throws ConfigError when the text is not JSON
    [[nodiscard]] static RunConfig from_text(std::string_view json, const std::string& name = "config");

    /// Sets the value that a JSON pointer names, for example `set("/training/epochs", 3)`. Missing objects on the way
    /// are made; `-` appends to a list. @throws ConfigError when the pointer leads nowhere or text is not UTF-8
    RunConfig& set(const std::string& pointer, const ConfigValue& value);
    /// The same with JSON text as value: `set_json("/callbacks", R"(["terminate_on_nan"])")`.
    RunConfig& set_json(const std::string& pointer, std::string_view json);
    /// Takes away what a pointer names, so that its default counts. What is not there already is no error.
    RunConfig& erase(const std::string& pointer);

    /// The document as it was written, with a line per value.
    [[nodiscard]] const std::string& text() const { return text_; }

private:
    std::string text_ = "{}\n";
};

}  // namespace graft
