#include "network/backbone_options.hpp"

namespace graft {

void describe(Fields& fields, BackboneOptions& options) {
    fields.field(required("name"), options.name, "Architecture; `torchscript`: the network in the file of `weights`.");
    fields.path("weights", options.weights,
                "A file (state dict or TorchScript), a name of `graft weights list`, or `random`; `null`: the first of "
                "this architecture there. Downloaded when missing.");
    fields.field("weights_key", options.allowance.choice.key,
                 "Which dict of several in a file: `model_ema`, `ema/model`; \"\": the only one.");
    fields.field("weights_prefix", options.allowance.choice.prefix,
                 "Beginning of the names of one network of several in a file: `module.encoder_q.`; \"\": found by "
                 "comparing names.");
    fields.field("freeze", options.freeze, "`all`, `none`, or the last frozen stage.");
    fields.choice("precision", options.precision,
                  "What the trunk computes in; `bfloat16` is about twice as fast on processors with units for it, and "
                  "refused on others.");
    fields.field("may_be_absent", options.allowance.may_be_absent,
                 "Tensors that the weights may lack (`*`: any letters); they are drawn at random.",
                 {.items = {}, .shortest = 0, .longest = 1000});
    fields.field("may_be_unused", options.allowance.may_be_unused,
                 "Tensors of the weights to leave out, such as another head's.",
                 {.items = {}, .shortest = 0, .longest = 1000});
}

}  // namespace graft
