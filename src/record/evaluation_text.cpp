#include "record/evaluation_text.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "core/text_layout.hpp"
#include "record/csv.hpp"

namespace graft {
namespace {

std::string row(const ClassRecord& record, std::size_t width) {
    return padded_right(record.name, width) + padded_left(four_decimals(record.precision), 11) +
           padded_left(four_decimals(record.recall), 9) + padded_left(four_decimals(record.f1), 9) +
           padded_left(std::to_string(record.support), 9) + "\n";
}

}  // namespace

ClassRecord EvaluationRecord::macro_average() const {
    ClassRecord mean{.name = "macro average"};
    double present = 0;
    for (const ClassRecord& record : classes) {
        mean.support += record.support;
        if (record.support == 0) continue;
        present += 1;
        mean.precision += record.precision;
        mean.recall += record.recall;
        mean.f1 += record.f1;
    }
    for (double* value : {&mean.precision, &mean.recall, &mean.f1}) *value /= std::max(present, 1.0);
    return mean;
}

Json to_json(const EvaluationRecord& record) {
    Json json = {{"source", record.source},  {"images", record.images},      {"accuracy", record.accuracy},
                 {"loss", record.loss},      {"top_k", Json::object()},      {"macro_average", Json::object()},
                 {"classes", Json::array()}, {"confusion", record.confusion}};
    for (const auto& [k, share] : record.top_k) json["top_k"][std::to_string(k)] = share;
    const ClassRecord mean = record.macro_average();
    json["macro_average"] = {{"precision", mean.precision}, {"recall", mean.recall}, {"f1", mean.f1}};
    for (const ClassRecord& c : record.classes)
        json["classes"].push_back(
            {{"name", c.name}, {"precision", c.precision}, {"recall", c.recall}, {"f1", c.f1}, {"support", c.support}});
    return json;
}

std::string to_text(const EvaluationRecord& record) {
    std::size_t width = 14;
    for (const ClassRecord& c : record.classes) width = std::max(width, display_width(c.name) + 1);
    std::string text = padded_right("class", width) + "  precision   recall       f1  support\n";
    for (const ClassRecord& c : record.classes) text += row(c, width);
    text += row(record.macro_average(), width) + "\n";
    text += "images    " + std::to_string(record.images) + "\n";
    text += "accuracy  " + four_decimals(record.accuracy) + "\n";
    for (const auto& [k, share] : record.top_k)
        if (k > 1) text += padded_right("top-" + std::to_string(k), 10) + four_decimals(share) + "\n";
    return text + "loss      " + four_decimals(record.loss) + "\n";
}

std::string confusion_csv(const EvaluationRecord& record) {
    std::string text = "true\\predicted";
    for (const ClassRecord& c : record.classes) text += "," + csv_field(c.name);
    text += "\n";
    for (std::size_t i = 0; i < record.classes.size(); ++i) {
        text += csv_field(record.classes[i].name);
        for (const std::int64_t count : record.confusion[i]) text += "," + std::to_string(count);
        text += "\n";
    }
    return text;
}

std::string classes_csv(const EvaluationRecord& record) {
    std::string text = "class,precision,recall,f1,support\n";
    for (const ClassRecord& c : record.classes)
        text += csv_field(c.name) + "," + four_decimals(c.precision) + "," + four_decimals(c.recall) + "," +
                four_decimals(c.f1) + "," + std::to_string(c.support) + "\n";
    return text;
}

}  // namespace graft
