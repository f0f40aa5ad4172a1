#include "deploy/model_info.hpp"

#include <array>
#include <set>
#include <span>

#include "config/read.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "graft/core/version.hpp"
#include "record/decision_fields.hpp"

namespace graft {
namespace {

constexpr std::size_t kMostOutputs = 100000;

/// Keys that say what the values are, in versions up to 3 and from 4 on.
constexpr std::array<const char*, 1> kBeforeTasks = {"classes"};
constexpr std::array<const char*, 8> kWithTask = {"task",       "outputs", "thresholds", "target_mean",
                                                  "target_std", "classes", "decision",   "references"};

/// Models that earlier versions of graft understand are written for them too.
int version_of(const ModelInfo& info) {
    if (info.task != TaskKind::classification) return 4;
    if (info.decision.max_distance) return 6;
    return info.temperature != 1 || info.decision.may_refuse() ? 5 : 3;
}

/// What the list of names is called.
const char* names_key(TaskKind task, int version) {
    return version == 4 || (version > 4 && task != TaskKind::classification) ? "outputs" : "classes";
}

GoldenOutputs golden_values_of(TaskKind task) {
    return task == TaskKind::regression ? GoldenOutputs::values : GoldenOutputs::probabilities;
}

/// What holds for every model, and is written for those who read the file without graft.
const Json& constants() {
    static const Json all{{"colour_order", "RGB"},
                          {"value_range", {0, 255}},
                          {"exif_orientation", "applied"},
                          {"alpha", "over white"},
                          {"shrinking", "area average"}};
    return all;
}

Json preprocessing_as_json(Preprocessing preprocessing) {
    return write_options([&](Fields& fields) { describe(fields, preprocessing); });
}

/// What the values are that the network gives.
void describe_outputs(Fields& fields, ModelInfo& info, int version) {
    const ListLimits names{.shortest = 1, .longest = kMostOutputs};
    if (version >= 4) fields.choice(required("task"), info.task, "");
    fields.field(required(names_key(info.task, version)), info.outputs, "", names);
    const std::size_t count = info.outputs.size();
    if (info.task == TaskKind::multi_label)
        describe_floats(fields, "thresholds", info.thresholds, {between(0, 1), count, count});
    if (info.task == TaskKind::regression) {
        describe_floats(fields, "target_mean", info.target_mean, {{}, count, count});
        describe_floats(fields, "target_std", info.target_std, {above(0), count, count});
    }
}

/// All but the config and the golden images.
void describe_info(Fields& fields, ModelInfo& info, int version) {
    fields.field(required("graft_version"), info.graft_version, "");
    describe_outputs(fields, info, version);
    fields.object(required("preprocessing"), info.preprocessing, "");
    fields.field(required("temperature"), info.temperature, "", above(0));
    if (version >= 5) fields.object("decision", info.decision, "");
    if (info.references) fields.object("references", *info.references, "");
    fields.section(required("backbone"), info, "", [](Fields& inner, ModelInfo& backbone_of) {
        inner.field(required("name"), backbone_of.backbone, "");
        inner.field(required("weights_hash"), backbone_of.backbone_hash, "");
        inner.field(required("freeze"), backbone_of.freeze, "");
    });
}

/// Reads one graft.json. What is wrong is thrown as DataError naming the file, the key, what was found and what is
/// allowed.
class InfoReader {
public:
    InfoReader(Json json, std::string file) : json_(std::move(json)), file_(std::move(file)) {
        if (!json_.is_object()) fail("/", "expected an object");
        read_version();
    }

    ModelInfo read(GoldenImages golden) {
        check_preprocessing();
        const std::string names = names_key(task(), version_);
        if (const auto list = json_.find(names); list != json_.end() && !list->is_array())
            fail("/" + names, "expected a list of names");
        ModelInfo info;
        if (version_ >= 6 && json_.contains("references")) info.references.emplace();
        const auto problems = read_options(described(), [&](Fields& fields) { describe_info(fields, info, version_); });
        if (!problems.empty()) fail(problems.front());
        if (version_ < 5) info.temperature = 1;  // whatever it says: it was never applied
        check_references(info);
        check_names(names, info.outputs);
        info.config = required_value("config");
        if (!info.config.is_object() && !info.config.is_null()) fail("/config", "expected an object");
        if (version_ >= 2 && golden == GoldenImages::required) info.golden = read_golden(info);
        return info;
    }

private:
    [[noreturn]] void fail(const std::string& problem) const {
        throw DataError(format_text("{}: {}: {}", file_, kModelInfoName, problem));
    }
    [[noreturn]] void fail(const std::string& pointer, const std::string& problem) const {
        fail(format_text("{}: {}", pointer, problem));
    }
    [[nodiscard]] const Json& required_value(const char* key) const {
        const auto found = json_.find(key);
        if (found == json_.end()) fail(format_text("/{}", key), "is missing");
        return *found;
    }

    /// That the file names; what else is wrong with it shows later.
    [[nodiscard]] TaskKind task() const {
        const auto found = json_.find("task");
        if (version_ < 4 || found == json_.end() || !found->is_string()) return TaskKind::classification;
        return enum_named<TaskKind>(found->get<std::string>()).value_or(TaskKind::classification);
    }

    void read_version() {
        const Json& version = required_value("format_version");
        const double number = version.is_number_integer() ? version.get<double>() : 0;
        if (number > kModelFormatVersion)
            throw DataError(format_text("{}: is in model format {}; this graft ({}) reads formats up to {}", file_,
                                        version.dump(), version_text(), kModelFormatVersion));
        if (number < 1)
            fail("/format_version",
                 format_text("expected an integer in [1, {}], got {}", kModelFormatVersion, printable(version.dump())));
        version_ = version.get<int>();
    }

    /// Whole, and by graft's rules where they are fixed.
    void check_preprocessing() {
        const Json& preprocessing = required_value("preprocessing");
        if (!preprocessing.is_object()) fail("/preprocessing", "expected an object");
        const Json whole = preprocessing_as_json({});
        for (const auto& [key, value] : whole.items())
            if (!preprocessing.contains(key) && key != "reduced_decode")
                fail(format_text("/preprocessing/{}", key), "is missing");
        for (const auto& [key, value] : constants().items())
            if (preprocessing.contains(key) && preprocessing.at(key) != value)
                fail(format_text("/preprocessing/{}", key),
                     format_text("expected {}, got {}", value.dump(), printable(preprocessing.at(key).dump())));
    }

    /// What describe_info describes; keys that nobody knows are passed over.
    [[nodiscard]] Json described() const {
        Json document = Json::object();
        for (const char* key : {"graft_version", "preprocessing", "temperature", "backbone"})
            if (json_.contains(key)) document[key] = json_.at(key);
        for (const char* key : version_ < 4 ? std::span<const char* const>(kBeforeTasks) : kWithTask)
            if (json_.contains(key)) document[key] = json_.at(key);
        for (const auto& [key, value] : constants().items()) document["preprocessing"].erase(key);
        return document;
    }

    void check_references(ModelInfo& info) const {
        if (version_ < 6) info.decision.max_distance.reset();  // the same
        if (info.decision.max_distance.has_value() != info.references.has_value())
            fail(info.references ? "/decision/max_distance" : "/references", "is missing: one needs the other");
        if (info.references && info.references->neighbour > info.references->images)
            fail("/references/neighbour", format_text("expected an integer in [1, {}], the number of images, got {}",
                                                      info.references->images, info.references->neighbour));
    }

    void check_names(const std::string& key, const std::vector<std::string>& outputs) const {
        std::set<std::string> names;
        for (std::size_t i = 0; i < outputs.size(); ++i) {
            if (outputs[i].empty()) fail(format_text("/{}/{}", key, i), "is empty; expected a name");
            if (!names.insert(outputs[i]).second)
                fail(format_text("/{}/{}", key, i),
                     format_text("\"{}\" is there twice; expected names that differ", printable(outputs[i])));
        }
    }

    [[nodiscard]] std::vector<GoldenImage> read_golden(const ModelInfo& info) const {
        const Json& list = required_value("golden");
        if (!list.is_array() || list.empty()) fail("/golden", "expected a list of at least one image");
        std::vector<GoldenImage> golden;
        for (const Json& image : list) {
            try {
                golden.push_back(golden_from_json(image, info.outputs.size(), golden_values_of(info.task)));
            } catch (const DataError& error) {
                fail(format_text("/golden/{}{}", golden.size(), error.what()));
            }
        }
        return golden;
    }

    Json json_;
    std::string file_;
    int version_ = 0;
};

Json parsed(const std::string& text, const std::string& file) {
    try {
        return parse_json(text, format_text("{}: {}", file, kModelInfoName));
    } catch (const ConfigError& error) {
        throw DataError(error.what());
    }
}

}  // namespace

Json to_json(const ModelInfo& info) {
    Json preprocessing = preprocessing_as_json(info.preprocessing);
    preprocessing.update(constants());
    Json golden = Json::array();
    for (const GoldenImage& image : info.golden) golden.push_back(to_json(image, golden_values_of(info.task)));
    Json json = {{"format_version", version_of(info)},
                 {"graft_version", info.graft_version.empty() ? std::string(version_text()) : info.graft_version}};
    ModelInfo copy = info;
    json.update(write_options([&](Fields& fields) { describe_outputs(fields, copy, version_of(info)); }));
    json.update({{"preprocessing", preprocessing}, {"temperature", info.temperature}});
    if (version_of(info) >= 5) {
        json["decision"] = write_options([&](Fields& fields) { describe(fields, copy.decision); });
        if (!info.decision.max_distance) json["decision"].erase("max_distance");  // version 5 has none
    }
    if (copy.references)
        json["references"] = write_options([&](Fields& fields) { describe(fields, *copy.references); });
    json.update({{"backbone", {{"name", info.backbone}, {"weights_hash", info.backbone_hash}, {"freeze", info.freeze}}},
                 {"config", info.config},
                 {"golden", golden}});
    return json;
}

ModelInfo without_distance(ModelInfo info) {
    info.decision.max_distance.reset();
    info.references.reset();
    return info;
}

std::vector<float> scale_of(const ModelInfo& info) {
    return info.task == TaskKind::regression ? info.target_std : std::vector<float>(info.outputs.size(), 1.0F);
}

const char* name_of_outputs(TaskKind task) { return task == TaskKind::regression ? "values" : "probabilities"; }

ModelInfo read_model_info(const std::string& text, const std::string& file, GoldenImages golden) {
    return InfoReader(parsed(text, file), file).read(golden);
}

}  // namespace graft
