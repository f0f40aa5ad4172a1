/// @file
/// Groups of images that must not be divided.
#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "data/part.hpp"
#include "data/sample.hpp"

namespace graft {

/// The images of a part.
struct PartSamples {
    PartKind part;
    std::span<const Sample> samples;
};
/// Images of one group lie in one part, whoever dealt them out.
/// @param groups what says the groups, where the person is: "/data/list/group_column"
/// @throws DataError naming groups that lie in two
void expect_whole_groups(std::span<const PartSamples> parts, const std::filesystem::path& list,
                         const std::string& groups);

}  // namespace graft
