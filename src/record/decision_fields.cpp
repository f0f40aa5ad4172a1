#include "record/decision_fields.hpp"

namespace graft {

void describe(Fields& fields, Decision& decision) {
    fields.field("min_confidence", decision.min_confidence,
                 "The likeliest class has to be at least so probable, or the answer is \"unknown\".", between(0, 1));
    fields.field("min_margin", decision.min_margin,
                 "The likeliest class has to be so much more probable than the second, or the answer is \"unknown\".",
                 between(0, 1));
    fields.field("max_distance", decision.max_distance,
                 "The image has to be at most so far from the training images, or the answer is \"unknown\": the "
                 "distance between vectors of length 1, which is 2 at most. `null`: however far.",
                 between(0, 2));
}

}  // namespace graft
