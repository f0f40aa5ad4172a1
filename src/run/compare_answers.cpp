#include "run/compare_answers.hpp"

#include <set>

#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "record/csv.hpp"
#include "record/task_kind.hpp"
#include "statistics/intervals.hpp"

namespace graft {

void expect_comparable(const Predictor& one, const Predictor& other) {
    for (const Predictor* each : {&one, &other})
        if (each->task() != text_of(TaskKind::classification))
            throw ConfigError(
                format_text("--compare: is for models of classification; this one is of {}", each->task()));
    const std::set<std::string> mine(one.classes().begin(), one.classes().end());
    const std::set<std::string> its(other.classes().begin(), other.classes().end());
    for (const std::string& name : its)
        if (!mine.contains(name))
            throw ConfigError(format_text("--compare: that model alone knows the class {}", name));
    for (const std::string& name : mine)
        if (!its.contains(name))
            throw ConfigError(format_text("--compare: that model does not know the class {}", name));
}

ModelComparison compare_answers(const Answers& one, const Answers& other, const std::string& other_model) {
    ModelComparison comparison{.record = {.other = other_model}, .differences = "file,class,this,other\n"};
    ComparisonRecord& record = comparison.record;
    for (const auto& [name, mine] : one) {
        const auto found = other.find(name);
        if (found == other.end()) continue;
        const bool right = mine.predicted == mine.truth, other_right = found->second.predicted == mine.truth;
        ++(right ? (other_right ? record.both_right : record.only_this)
                 : (other_right ? record.only_other : record.both_wrong));
        if (mine.predicted != found->second.predicted)
            comparison.differences += format_text("{},{},{},{}\n", csv_field(name), csv_field(mine.truth),
                                                  csv_field(mine.predicted), csv_field(found->second.predicted));
    }
    record.p_value = mcnemar_exact(record.only_this, record.only_other);
    return comparison;
}

}  // namespace graft
