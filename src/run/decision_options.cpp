#include "run/decision_options.hpp"

#include "core/text.hpp"
#include "record/decision_fields.hpp"

namespace graft {

void describe(Fields& fields, DecisionOptions& options) {
    describe(fields, static_cast<Decision&>(options));
    fields.field("accuracy", options.accuracy,
                 "The least `min_confidence` with which this share of the validation images that get an answer is "
                 "right. `null`: `min_confidence` as it is.",
                 between(0, 1));
    fields.field("known_share", options.known_share,
                 "The least `max_distance` that leaves this share of the validation images an answer, for example "
                 "0.95. `null`: `max_distance` as it is.",
                 Limits{.minimum = 0, .maximum = 1, .above_minimum = true});
    fields.field("neighbour", options.neighbour,
                 "An image's distance is that to the so manieth nearest of the training images that the model keeps.",
                 between(1, 100));
}

std::vector<std::string> contradictions(const DecisionOptions& options) {
    if (!options.known_share || !options.max_distance) return {};
    return {format_text("/max_distance: expected null where /decision/known_share looks for it, got {}",
                        *options.max_distance)};
}

}  // namespace graft
