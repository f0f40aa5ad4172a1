#include "train/loss.hpp"

namespace graft {

#define GRAFT_LOSS(name) LossRow name##_row();
#include "train/losses/builtin_losses.inc"
#undef GRAFT_LOSS

const Registry<LossRow>& builtin_losses() {
    static const Registry<LossRow> table{
#define GRAFT_LOSS(name) name##_row(),
#include "train/losses/builtin_losses.inc"
#undef GRAFT_LOSS
    };
    return table;
}

}  // namespace graft
