#include "weights/zip_archive.hpp"

#include <zip.h>

#include "graft/core/errors.hpp"
#include "weights/printable.hpp"

namespace graft {
namespace {

struct CloseRecord {
    void operator()(zip_file_t* record) const noexcept { zip_fclose(record); }
};

std::string text_of(int code) {
    zip_error_t error;
    zip_error_init_with_code(&error, code);
    std::string text = zip_error_strerror(&error);
    zip_error_fini(&error);
    return text;
}

}  // namespace

void StoredZip::Close::operator()(::zip* archive) const noexcept { zip_discard(archive); }

StoredZip::StoredZip(const std::filesystem::path& file) : where_(file.string()) {
    std::error_code error;
    file_size_ = std::filesystem::file_size(file, error);
    if (error) fail("cannot be read: " + error.message());
    int code = 0;
    archive_.reset(zip_open(file.c_str(), ZIP_RDONLY, &code));
    if (archive_ == nullptr) fail("is a zip archive that is damaged or cut off: " + text_of(code));
    const zip_int64_t count = zip_get_num_entries(archive_.get(), 0);
    for (zip_int64_t i = 0; i < count; ++i) add_record(static_cast<std::uint64_t>(i));
}

void StoredZip::add_record(std::uint64_t index) {
    zip_stat_t stat;
    zip_stat_init(&stat);
    if (zip_stat_index(archive_.get(), index, ZIP_FL_ENC_RAW, &stat) != 0)
        fail("has an unreadable directory: " + std::string(zip_strerror(archive_.get())));
    constexpr zip_uint64_t needed = ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD;
    if ((stat.valid & needed) != needed) fail("has an incomplete directory");
    const std::string name = stat.name, shown = "\"" + printable(name) + "\"";
    const bool encrypted = (stat.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && stat.encryption_method != ZIP_EM_NONE;
    const bool stored = stat.comp_method == ZIP_CM_STORE && !encrypted;
    if (stored && stat.size != stat.comp_size) fail("has a damaged directory: two sizes of the record " + shown);
    // Records that overlap could otherwise be many times larger than the file.
    if (stored && (stat.size > file_size_ || stored_size_ + stat.size > file_size_))
        fail("says that the record " + shown + " has " + std::to_string(stat.size) + " bytes, the whole file has " +
             std::to_string(file_size_));
    if (stored) stored_size_ += stat.size;
    if (!records_.emplace(name, Record{index, stat.size, stored}).second) fail("has two records named " + shown);
    names_.push_back(name);
}

std::vector<std::byte> StoredZip::read(const std::string& name) const {
    const auto found = records_.find(name);
    const std::string shown = "the record \"" + printable(name) + "\"";
    if (found == records_.end()) fail("lacks " + shown);
    if (!found->second.stored)
        fail(shown + " is compressed or encrypted; PyTorch stores records as they are: save the file with torch.save");
    const std::unique_ptr<zip_file_t, CloseRecord> record(zip_fopen_index(archive_.get(), found->second.index, 0));
    if (record == nullptr) fail(shown + " cannot be read: " + zip_strerror(archive_.get()));
    std::vector<std::byte> bytes(found->second.size);
    std::byte beyond{};
    std::size_t done = 0;
    zip_int64_t got = 1;
    while (got > 0 && done < bytes.size()) {
        got = zip_fread(record.get(), bytes.data() + done, bytes.size() - done);
        if (got > 0) done += static_cast<std::size_t>(got);
    }
    if (got >= 0) got = zip_fread(record.get(), &beyond, 1);  // libzip compares the CRC when it meets the end
    if (got < 0) fail(shown + " is damaged: " + zip_file_strerror(record.get()));
    if (got > 0 || done != bytes.size()) fail(shown + " is damaged: its size is not the one in the directory");
    return bytes;
}

void StoredZip::fail(const std::string& problem) const { throw DataError(where_ + ": " + problem); }

}  // namespace graft
