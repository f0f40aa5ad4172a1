/// @file
/// The images that `graft data check` is given.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/list/list_options.hpp"
#include "insight/examine.hpp"
#include "insight/findings.hpp"

namespace graft {

struct CheckedPlaces {
    std::vector<std::string> places;   ///< folders, data sets with parts, lists; or one config
    std::vector<std::string> against;  ///< folders or lists that are only compared with
    ListOptions list;
    std::vector<std::string> exclude;
};

/// The parts in the order train, validation, test, others. Folders called like a part are one; a list with parts is
/// several. No image is opened.
/// @throws DataError, ConfigError for what cannot be read; ConfigError where kinds of targets differ
[[nodiscard]] CheckedData read_checked_data(const CheckedPlaces& places);

}  // namespace graft
