#include "run/checked_data.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "core/text.hpp"
#include "data/image_folder.hpp"
#include "data/layout.hpp"
#include "data/list/read_list.hpp"
#include "graft/core/errors.hpp"
#include "run/dataset.hpp"
#include "run/run_options.hpp"
#include "run/whole_groups.hpp"

namespace graft {
namespace {

namespace fs = std::filesystem;

/// A part, and what kind of part it is where that is known.
struct KnownPart {
    CheckedPart part;
    std::optional<PartKind> kind;
};

/// Gathers parts that share their classes.
class PartGatherer {
public:
    PartGatherer(CheckedData& data, const CheckedPlaces& places)
        : data_(data), places_(places), scan_{.exclude = places.exclude, .asked_by = AskedBy::command} {}

    void add_place(const std::string& place) {
        if (is_list(place)) return add_list(place);
        const Layout layout = layout_of(place);
        data_.remarks += {.notes = layout.notes, .warnings = {}};
        const bool alone = !layout.validation && !layout.test;
        const std::optional<PartKind> kind = part_called(layout.train.filename().string());
        add_folder(layout.train, alone ? kind : PartKind::train);
        if (layout.validation) add_folder(*layout.validation, PartKind::validation);
        if (layout.test) add_folder(*layout.test, PartKind::test);
    }

    /// Images without classes, at any depth.
    void add_compared(const std::string& place) {
        CheckedPart part{.name = place, .place = place, .samples = {}, .only_compared = true};
        if (is_list(place)) {
            for (ListedPath& path : read_list_paths(place, places_.list, scan_).paths)
                part.samples.push_back({.file = std::move(path.file), .name = escaped(path.written)});
        } else {
            ImageList found = find_images(place, scan_);
            data_.remarks += found.remarks;
            part.samples = std::move(found.samples);
        }
        compared_.push_back(std::move(part));
    }

    /// The parts in their order, each with a name of its own.
    void finish() {
        std::ranges::stable_sort(parts_, {}, [](const KnownPart& part) {
            return part.kind ? static_cast<int>(*part.kind) : static_cast<int>(enum_names<PartKind>.size());
        });
        expect_whole();
        for (KnownPart& known : parts_) data_.parts.push_back(std::move(known.part));
        for (CheckedPart& part : compared_) data_.parts.push_back(std::move(part));
        std::set<std::string> names;
        for (CheckedPart& part : data_.parts) {
            if (!names.insert(part.name).second) part.name = shown(part.place);
            names.insert(part.name);
        }
    }

private:
    /// Parts in folders of their own where there are such; whatever else is wrong, the scan of the folder says.
    static Layout layout_of(const fs::path& folder) {
        try {
            return find_layout(folder);
        } catch (const DataError&) {
            return {.train = folder, .validation = {}, .test = {}, .notes = {}};
        }
    }

    void take_classes(const ImageFolder& found) {
        if (!parts_.empty() && found.targets != data_.targets)
            throw ConfigError(
                format_text("{}: has {} of an image, the others have {}", found.root, found.targets, data_.targets));
        if (parts_.empty()) data_.classes = found.classes;
        data_.targets = found.targets;
        for (const std::string& name : found.unknown_classes)
            data_.remarks.warnings.push_back(format_text("{}: the class {} is left out: {} has no such class",
                                                         found.root, name, parts_.front().part.place));
        data_.remarks += found.remarks;
    }

    void add(std::vector<Sample> samples, const std::string& place, std::optional<PartKind> kind) {
        const std::string name = kind ? std::string(text_of(*kind)) : shown(place);
        parts_.push_back({{.name = name, .place = place, .samples = std::move(samples)}, kind});
    }

    void add_folder(const fs::path& folder, std::optional<PartKind> kind) {
        ImageFolder found = parts_.empty() ? scan_image_folder(folder, scan_)
                                           : scan_image_folder(folder, data_.classes, ClassMismatch::use_known, scan_);
        take_classes(found);
        add(std::move(found.samples), folder.string(), kind);
    }

    /// Only parts that are known to be different ones count.
    void expect_whole() const {
        std::vector<PartSamples> parts;
        for (const KnownPart& known : parts_)
            if (known.kind) parts.push_back({*known.kind, known.part.samples});
        if (!parts.empty()) expect_whole_groups(parts, parts_.front().part.place, "--list group_column");
    }

    /// What the columns that were named say of an image.
    [[nodiscard]] TargetKind kind_of_list() const {
        if (!places_.list.target_columns.empty()) return TargetKind::numbers;
        const bool several = places_.list.label_separator || !places_.list.label_columns.empty();
        return several ? TargetKind::labels : TargetKind::one_class;
    }

    void add_list(const std::string& place) {
        ListedImages listed = read_list(place, places_.list,
                                        {.kind = kind_of_list(),
                                         .classes = parts_.empty() ? std::vector<std::string>() : data_.classes,
                                         .mismatch = parts_.empty() ? ClassMismatch::fail : ClassMismatch::use_known},
                                        scan_);
        listed.images.targets = kind_of_list();
        take_classes(listed.images);
        if (listed.parts.empty())
            return add(std::move(listed.images.samples), place, part_called(fs::path(place).stem().string()));
        for (const PartKind kind : {PartKind::train, PartKind::validation, PartKind::test})
            if (std::ranges::count(listed.parts, kind) > 0) add(take_part(listed, kind), place, kind);
    }

    CheckedData& data_;
    const CheckedPlaces& places_;
    ScanOptions scan_;
    std::vector<KnownPart> parts_;
    std::vector<CheckedPart> compared_;
};

CheckedData data_of_config(const std::string& file) {
    const Tables tables;
    const RunOptions options = read_run_config(file, {}, tables);
    Dataset dataset = read_dataset(options, tables);
    CheckedData data{.classes = std::move(dataset.classes),
                     .targets = dataset.targets,
                     .parts = {},
                     .remarks = std::move(dataset.remarks)};
    const auto add = [&](PartKind kind, std::vector<Sample>& samples, const std::string& place) {
        if (!samples.empty())
            data.parts.push_back({.name = std::string(text_of(kind)), .place = place, .samples = std::move(samples)});
    };
    add(PartKind::train, dataset.train, options.data.train);
    add(PartKind::validation, dataset.validation, options.data.validation.value_or(options.data.train));
    add(PartKind::test, dataset.test, options.data.test.value_or(options.data.train));
    return data;
}

bool is_config(const std::string& place) { return fs::path(place).extension() == ".json"; }

}  // namespace

CheckedData read_checked_data(const CheckedPlaces& places) {
    CheckedData data;
    if (std::ranges::any_of(places.places, is_config)) {
        if (places.places.size() > 1)
            throw ConfigError(format_text("{}: a config names all of its data; give it alone", places.places.front()));
        data = data_of_config(places.places.front());
    }
    PartGatherer gatherer(data, places);
    if (data.parts.empty())
        for (const std::string& place : places.places) gatherer.add_place(place);
    for (const std::string& place : places.against) gatherer.add_compared(place);
    gatherer.finish();
    return data;
}

}  // namespace graft
