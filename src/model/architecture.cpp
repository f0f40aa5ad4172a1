#include "model/architecture.hpp"

namespace graft {

#define GRAFT_ARCHITECTURE(name) ArchitectureRow name##_row();
#include "model/architectures/builtin_architectures.inc"
#undef GRAFT_ARCHITECTURE

const Registry<ArchitectureRow>& builtin_architectures() {
    static const Registry<ArchitectureRow> table{
#define GRAFT_ARCHITECTURE(name) name##_row(),
#include "model/architectures/builtin_architectures.inc"
#undef GRAFT_ARCHITECTURE
    };
    return table;
}

}  // namespace graft
