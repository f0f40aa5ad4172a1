#include "data/part.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

namespace graft {
namespace {

struct PartName {
    std::string_view name;
    PartKind part;
};

constexpr auto kPartNames = std::to_array<PartName>({{"train", PartKind::train},
                                                     {"training", PartKind::train},
                                                     {"validation", PartKind::validation},
                                                     {"val", PartKind::validation},
                                                     {"valid", PartKind::validation},
                                                     {"validate", PartKind::validation},
                                                     {"dev", PartKind::validation},
                                                     {"test", PartKind::test},
                                                     {"testing", PartKind::test}});

}  // namespace

std::optional<PartKind> part_called(const std::string& name) {
    std::string lower = name;
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const auto found = std::ranges::find(kPartNames, lower, &PartName::name);
    return found == kPartNames.end() ? std::nullopt : std::optional(found->part);
}

}  // namespace graft
