#include "train/callback_table.hpp"

namespace graft {

const Registry<CallbackRow>& builtin_callbacks() {
    static const Registry<CallbackRow> table{
#define GRAFT_CALLBACK(name) name##_row(),
#include "train/callbacks/builtin_callbacks.inc"
#undef GRAFT_CALLBACK
    };
    return table;
}

}  // namespace graft
