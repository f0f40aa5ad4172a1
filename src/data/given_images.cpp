#include "data/given_images.hpp"

#include <utility>

#include "core/text.hpp"
#include "data/data_options.hpp"
#include "data/list/list_columns.hpp"
#include "data/list/read_list.hpp"
#include "graft/core/errors.hpp"

namespace graft {

void append_images(NamedImages& images, const std::string& place, const ListOptions& columns, const ScanOptions& scan,
                   std::optional<PartKind> part) {
    const auto add = [&](std::filesystem::path file, std::filesystem::path name) {
        images.files.push_back(std::move(file));
        images.names.push_back(std::move(name));
    };
    std::error_code ignored;
    if (is_list(place)) {
        ListedPathList list = read_list_paths(place, columns, scan, part);
        images.remarks += list.remarks;
        for (ListedPath& listed : list.paths) add(std::move(listed.file), std::move(listed.written));
    } else if (std::filesystem::is_directory(place, ignored)) {
        const ImageList found = find_images(place, scan);
        images.remarks += found.remarks;
        for (const Sample& sample : found.samples) add(sample.file, sample.file);
    } else {
        add(place, place);
    }
}

ImageFolder labelled_images(const std::filesystem::path& place, TargetKind kind,
                            const std::vector<std::string>& outputs, const ImageChoice& choice,
                            const ScanOptions& scan) {
    if (!is_list(place) && kind != TargetKind::one_class)
        throw DataError(
            format_text("{}: is a folder, whose images have one class each; this model gives {}, which a "
                        "list can say of an image: a .csv, .tsv or .jsonl file",
                        place, kind));
    if (!is_list(place)) return scan_image_folder(place, outputs, choice.mismatch, scan);
    if (choice.part_is_asked_for && !choice.list.split_column)
        throw DataError(format_text("{}: which of its rows {} is not said: {} names the column that says it", place,
                                    choice.part == PartKind::train        ? "train"
                                    : choice.part == PartKind::validation ? "validate"
                                                                          : "test",
                                    list_option(scan.asked_by, "split_column")));
    const ListRequest request{.kind = kind,
                              .classes = outputs,
                              .mismatch = choice.mismatch,
                              .missing_files = choice.on_bad_image,
                              .part = choice.part,
                              .may_lack_split_column = choice.may_lack_split_column && !choice.part_is_asked_for};
    return read_list(place, choice.list, request, scan).images;
}

}  // namespace graft
