#include "weights/store/added_weights.hpp"

#include <algorithm>

#include "config/read.hpp"
#include "core/files.hpp"
#include "graft/core/errors.hpp"
#include "weights/format/zip_archive.hpp"

namespace graft {
namespace {

namespace fs = std::filesystem;

bool is_archive(const fs::path& file) {
    try {
        return read_beginning(file, 4) == "PK\x03\x04";
    } catch (const DataError&) {
        return false;
    }
}

/// Archives have one folder, whose name depends on who wrote them.
std::optional<std::string> description_record(const StoredZip& archive) {
    const std::string end = std::string("/extra/") + kWeightsDescription;
    const auto found = std::ranges::find_if(archive.names(), [&](const auto& name) { return name.ends_with(end); });
    return found == archive.names().end() ? std::nullopt : std::optional(*found);
}

WeightsEntry read_description(const std::string& text, const fs::path& file) {
    const std::string where = file.string() + ": " + kWeightsDescription;
    WeightsEntry entry;
    std::vector<std::string> problems;
    try {
        const Json document = parse_json(text, where);
        problems = read_options(document, [&](Fields& fields) { describe(fields, entry); });
    } catch (const ConfigError& error) {
        throw DataError(error.what());
    }
    if (problems.empty()) problems = check_entry(entry);
    if (!problems.empty()) throw DataError(where + ": " + problems.front());
    entry.file = file.filename().string();
    return entry;
}

std::vector<fs::path> torchscript_files(const fs::path& folder) {
    std::vector<fs::path> files;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(folder, ignored))
        if (entry.path().extension() == ".pt" && entry.is_regular_file(ignored)) files.push_back(entry.path());
    std::ranges::sort(files);
    return files;
}

}  // namespace

std::string description_of(const WeightsEntry& entry) {
    WeightsEntry copy = entry;
    return pretty(write_options([&](Fields& fields) { describe(fields, copy); }));
}

std::optional<WeightsEntry> described_weights(const fs::path& file) {
    if (!is_archive(file)) return std::nullopt;
    const StoredZip archive(file);
    const std::optional<std::string> record = description_record(archive);
    if (!record) return std::nullopt;
    const std::vector<std::byte> bytes = archive.read(*record);
    return read_description({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, file);
}

std::vector<WeightsEntry> added_weights(const fs::path& folder) {
    std::vector<WeightsEntry> entries;
    for (const fs::path& file : torchscript_files(folder)) {
        const std::optional<WeightsEntry> entry = described_weights(file);
        if (!entry) continue;
        const auto same = std::ranges::find(entries, entry->name, &WeightsEntry::name);
        if (same != entries.end())
            throw DataError(file.string() + ": is called " + entry->name + ", and so is " + same->file +
                            ": remove one of them");
        if (find_weights(entry->name))
            throw DataError(file.string() + ": is called " + entry->name +
                            ", and so are weights of the manifest: add it again with another --name");
        entries.push_back(*entry);
    }
    return entries;
}

std::optional<WeightsEntry> find_weights(std::string_view name, const fs::path& folder) {
    if (std::optional<WeightsEntry> entry = find_weights(name)) return entry;
    const std::vector<WeightsEntry> added = added_weights(folder);
    const auto found = std::ranges::find(added, name, &WeightsEntry::name);
    return found == added.end() ? std::nullopt : std::optional(*found);
}

}  // namespace graft
