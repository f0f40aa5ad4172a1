#include "network/backbone_options.hpp"

namespace graft {

void describe(Fields& fields, BackboneOptions& options) {
    fields.field(required("name"), options.name,
                 "Architecture of the pretrained network; `torchscript`: whatever network the file of `weights` holds, "
                 "cut into stages where that is possible.");
    fields.path("weights", options.weights,
                "A file (state dict or TorchScript), a name that `graft weights list` shows, or `random`; `null`: the "
                "first of this architecture there. What is missing is downloaded when the run starts.");
    fields.field("weights_key", options.allowance.choice.key,
                 "Which dict of a file of several, by its key, keys on the way joined by `/`: `model_ema`; \"\": the "
                 "only one.");
    fields.field("weights_prefix", options.allowance.choice.prefix,
                 "Which names of a file of several networks, by how they begin: `module.encoder_q.`; \"\": found by "
                 "comparing names with those of the network.");
    fields.field("freeze", options.freeze, "`all`, `none`, or the last stage that stays frozen.");
    fields.choice("precision", options.precision,
                  "Numbers that the frozen part computes with; `bfloat16` is about twice as fast on processors that "
                  "have units for it, and refused on others.");
    fields.field("may_be_absent", options.allowance.may_be_absent,
                 "Tensors of the network that the weights may lack, by name, `*` for any letters: they are drawn at "
                 "random. Any other one that is missing is an error.",
                 {.items = {}, .shortest = 0, .longest = 1000});
    fields.field("may_be_unused", options.allowance.may_be_unused,
                 "Tensors of the weights that the network has no place for, such as another head's: they are left out. "
                 "Any other one is an error.",
                 {.items = {}, .shortest = 0, .longest = 1000});
}

}  // namespace graft
