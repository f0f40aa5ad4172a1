#include "deploy/model_info.hpp"

#include <set>

#include "config/read.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "graft/core/version.hpp"

namespace graft {
namespace {

constexpr std::size_t kMostClasses = 100000;

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

/// All but the config and the golden images.
void describe_info(Fields& fields, ModelInfo& info) {
    fields.field(required("graft_version"), info.graft_version, "");
    fields.field(required("classes"), info.classes, "", {.shortest = 1, .longest = kMostClasses});
    fields.object(required("preprocessing"), info.preprocessing, "");
    fields.field(required("temperature"), info.temperature, "", above(0));
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
        if (const auto classes = json_.find("classes"); classes != json_.end() && !classes->is_array())
            fail("/classes", "expected a list of names");
        ModelInfo info;
        const auto problems = read_options(described(), [&](Fields& fields) { describe_info(fields, info); });
        if (!problems.empty()) fail(problems.front());
        check_classes(info.classes);
        info.config = required_value("config");
        if (!info.config.is_object() && !info.config.is_null()) fail("/config", "expected an object");
        if (version_ >= 2 && golden == GoldenImages::required) info.golden = read_golden(info.classes.size());
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
        for (const char* key : {"graft_version", "classes", "preprocessing", "temperature", "backbone"})
            if (json_.contains(key)) document[key] = json_.at(key);
        for (const auto& [key, value] : constants().items()) document["preprocessing"].erase(key);
        return document;
    }

    void check_classes(const std::vector<std::string>& classes) const {
        std::set<std::string> names;
        for (std::size_t i = 0; i < classes.size(); ++i) {
            if (classes[i].empty()) fail(format_text("/classes/{}", i), "is empty; expected a name");
            if (!names.insert(classes[i]).second)
                fail(format_text("/classes/{}", i),
                     format_text("\"{}\" is there twice; expected names that differ", printable(classes[i])));
        }
    }

    [[nodiscard]] std::vector<GoldenImage> read_golden(std::size_t classes) const {
        const Json& list = required_value("golden");
        if (!list.is_array() || list.empty()) fail("/golden", "expected a list of at least one image");
        std::vector<GoldenImage> golden;
        for (const Json& image : list) {
            try {
                golden.push_back(golden_from_json(image, classes));
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
    for (const GoldenImage& image : info.golden) golden.push_back(to_json(image));
    return {{"format_version", kModelFormatVersion},
            {"graft_version", info.graft_version.empty() ? std::string(version_text()) : info.graft_version},
            {"classes", info.classes},
            {"preprocessing", preprocessing},
            {"temperature", info.temperature},
            {"backbone", {{"name", info.backbone}, {"weights_hash", info.backbone_hash}, {"freeze", info.freeze}}},
            {"config", info.config},
            {"golden", golden}};
}

ModelInfo read_model_info(const std::string& text, const std::string& file, GoldenImages golden) {
    return InfoReader(parsed(text, file), file).read(golden);
}

}  // namespace graft
