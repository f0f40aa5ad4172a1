#include "image/augment/operation.hpp"

namespace graft {

const Registry<OperationRow>& builtin_operations() {
    static const Registry<OperationRow> table{
#define GRAFT_OPERATION(name) name##_row(),
#include "image/augment/operations/builtin_operations.inc"
#undef GRAFT_OPERATION
    };
    return table;
}

}  // namespace graft
