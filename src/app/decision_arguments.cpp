#include "app/decision_arguments.hpp"

#include <algorithm>

#include "app/option_checks.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "record/task_kind.hpp"

namespace graft {

void takes_decision(CLI::App& command, DecisionArguments& arguments) {
    command
        .add_option("--min-confidence", arguments.min_confidence,
                    "Answer \"unknown\" where the likeliest class is less probable than this")
        ->type_name("PROBABILITY")
        ->check(number_in(between(0, 1)));
    command
        .add_option("--min-margin", arguments.min_margin,
                    "Answer \"unknown\" where the likeliest class is less than this ahead of the second")
        ->type_name("PROBABILITY")
        ->check(number_in(between(0, 1)));
    command
        .add_option("--max-distance", arguments.max_distance,
                    "Answer \"unknown\" where the image is farther than this from the training images")
        ->type_name("DISTANCE")
        ->check(number_in(between(0, 2)));
}

void expect_decides(const DecisionArguments& arguments, const Predictor& predictor) {
    const bool classes = predictor.task() == text_of(TaskKind::classification);
    const std::vector<std::string>& names = predictor.classes();
    if (classes && std::ranges::find(names, "unknown") == names.end()) return;
    for (const auto& [name, given] : {std::pair("--min-confidence", arguments.min_confidence.has_value()),
                                      std::pair("--min-margin", arguments.min_margin.has_value()),
                                      std::pair("--max-distance", arguments.max_distance.has_value())})
        if (given)
            throw ConfigError(
                classes
                    ? format_text("{}: a class of this model is called \"unknown\", which is the answer where it is "
                                  "not sure",
                                  name)
                    : format_text("{}: is for models of classification; this one is of {}", name, predictor.task()));
}

}  // namespace graft
