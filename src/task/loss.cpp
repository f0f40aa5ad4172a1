#include "task/loss.hpp"

namespace graft {

const Registry<LossRow>& builtin_losses() {
    static const Registry<LossRow> table{
#define GRAFT_LOSS(name) name##_row(),
#include "task/losses/builtin_losses.inc"
#undef GRAFT_LOSS
    };
    return table;
}

}  // namespace graft
