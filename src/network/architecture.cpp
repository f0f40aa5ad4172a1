#include "network/architecture.hpp"

namespace graft {

#define GRAFT_ARCHITECTURE(name) ArchitectureRow name##_row();
#include "network/architectures/builtin_architectures.inc"
#undef GRAFT_ARCHITECTURE

const Registry<ArchitectureRow>& builtin_architectures() {
    static const Registry<ArchitectureRow> table{
#define GRAFT_ARCHITECTURE(name) name##_row(),
#include "network/architectures/builtin_architectures.inc"
#undef GRAFT_ARCHITECTURE
    };
    return table;
}

void add_renames(std::vector<Rename>& renames, const std::string& theirs, const std::string& ours,
                 std::span<const std::pair<std::string_view, std::string_view>> table) {
    for (const auto& [their_part, our_part] : table)
        renames.emplace_back(theirs + std::string(their_part), ours + std::string(our_part));
}

}  // namespace graft
