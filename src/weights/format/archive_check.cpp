#include "weights/format/archive_check.hpp"

#include <algorithm>
#include <string>

#include "graft/core/errors.hpp"
#include "weights/format/zip_archive.hpp"

namespace graft {

void check_archive(const std::filesystem::path& file) {
    const StoredZip archive(file);
    for (const std::string& name : archive.names()) archive.verify(name);
}

bool archive_holds(const std::filesystem::path& file, std::string_view name) {
    try {
        const std::string ending = "/" + std::string(name);
        const StoredZip archive(file);
        return std::ranges::any_of(archive.names(), [&](const std::string& record) {
            return record.ends_with(ending) && record.find('/') + ending.size() == record.size();
        });
    } catch (const DataError&) {
        return false;
    }
}

}  // namespace graft
