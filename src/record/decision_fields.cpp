#include "record/decision_fields.hpp"

namespace graft {

void describe(Fields& fields, Decision& decision) {
    fields.field("min_confidence", decision.min_confidence,
                 "The likeliest class has to be at least so probable, or the answer is \"unknown\".", between(0, 1));
    fields.field("min_margin", decision.min_margin,
                 "The likeliest class has to be so much more probable than the second, or the answer is \"unknown\".",
                 between(0, 1));
}

}  // namespace graft
