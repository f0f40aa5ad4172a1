#include "app/results.hpp"

#include <iostream>

#include "core/text.hpp"
#include "graft/core/errors.hpp"

namespace graft {

void print_json(const Json& document) { std::cout << pretty(document); }

void expect_accuracy(const std::string& what, double accuracy, const std::optional<double>& least) {
    if (least && !(accuracy >= *least))
        throw GateError(format_text("{} is {}, below the {} that --fail-under asks for", what, number_as_text(accuracy),
                                    number_as_text(*least)));
}

}  // namespace graft
