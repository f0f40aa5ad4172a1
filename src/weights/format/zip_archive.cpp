#include "weights/format/zip_archive.hpp"

#include <zip.h>

#include <algorithm>

#include "core/files.hpp"
#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "weights/format/torchscript_code.hpp"

namespace graft {
namespace {

constexpr std::uint64_t kMostUnpacked = 64 << 20, kMostUnpackedPerByte = 8;
constexpr std::uint64_t kBlock = 1 << 20;

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

/// Throws DataError where code would reach files or other processes.
void check_code(std::string_view source, const std::string& where) {
    if (const std::string word = word_that_leads_out(source); !word.empty())
        throw DataError(where + " has code that uses `" + word +
                        "`, by which TorchScript reaches files or other processes: such code is not run");
}

}  // namespace

void StoredZip::Close::operator()(::zip* archive) const noexcept { zip_discard(archive); }

StoredZip::StoredZip(const std::filesystem::path& file) : where_(file.string()) {
    std::error_code error;
    file_size_ = std::filesystem::file_size(file, error);
    if (error) fail("cannot be read: " + error.message());
    int code = 0;
    ::zip* const opened = zip_open(file.c_str(), ZIP_RDONLY, &code);
    open(opened, code);
}

StoredZip::StoredZip(std::string_view bytes, std::string where) : where_(std::move(where)), file_size_(bytes.size()) {
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t* const source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
    ::zip* const opened = source == nullptr ? nullptr : zip_open_from_source(source, ZIP_RDONLY, &error);
    if (opened == nullptr) zip_source_free(source);  // an archive that was opened owns it
    const int code = zip_error_code_zip(&error);
    zip_error_fini(&error);
    open(opened, code);
}

void StoredZip::open(::zip* archive, int code) {
    archive_.reset(archive);
    if (archive == nullptr && (code == ZIP_ER_OPEN || code == ZIP_ER_READ)) fail("cannot be read: " + text_of(code));
    if (archive == nullptr) fail("is a zip archive that is damaged or cut off");
    const zip_int64_t count = zip_get_num_entries(archive, 0);
    for (zip_int64_t i = 0; i < count; ++i) add_record(static_cast<std::uint64_t>(i));
}

void StoredZip::add_record(std::uint64_t index) {
    zip_stat_t stat;
    zip_stat_init(&stat);
    if (zip_stat_index(archive_.get(), index, ZIP_FL_ENC_RAW, &stat) != 0)
        fail("has an unreadable directory: " + std::string(zip_strerror(archive_.get())));
    constexpr zip_uint64_t needed = ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD;
    if ((stat.valid & needed) != needed) fail("has an incomplete directory");
    const std::string name = stat.name;
    const bool encrypted = (stat.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && stat.encryption_method != ZIP_EM_NONE;
    const Record record{index, stat.size, stat.comp_method == ZIP_CM_STORE && !encrypted};
    const std::string shown = "the record \"" + printable(name) + "\"";
    if (record.stored && stat.size != stat.comp_size) fail("has a damaged directory: two sizes of " + shown);
    count_size(record, shown);
    if (!records_.emplace(name, record).second) fail("has two records named \"" + printable(name) + "\"");
    names_.push_back(name);
}

/// Records that overlap, or are compressed, could otherwise be many times larger than the file.
void StoredZip::count_size(const Record& record, const std::string& shown) {
    const std::uint64_t most = record.stored ? file_size_ : kMostUnpacked + kMostUnpackedPerByte * file_size_;
    std::uint64_t& total = record.stored ? stored_size_ : unpacked_size_;
    if (record.size > most - total)
        fail(format_text("says that {} has {} bytes, the whole file has {}", shown, record.size, file_size_));
    total += record.size;
}

const StoredZip::Record& StoredZip::find(const std::string& name) const {
    const auto found = records_.find(name);
    if (found == records_.end()) fail("lacks the record \"" + printable(name) + "\"");
    return found->second;
}

void StoredZip::read_blocks(const Record& record, const std::string& shown,
                            const std::function<void(std::span<const std::byte>)>& take) const {
    const std::unique_ptr<zip_file_t, CloseRecord> opened(zip_fopen_index(archive_.get(), record.index, 0));
    if (opened == nullptr) fail(shown + " cannot be read: " + zip_strerror(archive_.get()));
    std::vector<std::byte> block(static_cast<std::size_t>(std::min<std::uint64_t>(record.size + 1, kBlock)));
    std::uint64_t done = 0;
    for (;;) {  // libzip compares the CRC when it meets the end
        const zip_int64_t got = zip_fread(opened.get(), block.data(), block.size());
        if (got < 0) fail(shown + " is damaged: " + zip_file_strerror(opened.get()));
        if (got == 0) break;
        done += static_cast<std::uint64_t>(got);
        if (done > record.size) break;
        take(std::span(block.data(), static_cast<std::size_t>(got)));
    }
    if (done != record.size) fail(shown + " is damaged: its size is not the one in the directory");
}

std::vector<std::byte> StoredZip::read(const std::string& name) const {
    const Record& record = find(name);
    const std::string shown = "the record \"" + printable(name) + "\"";
    if (!record.stored)
        fail(shown + " is compressed or encrypted; PyTorch stores records as they are: save the file with torch.save");
    std::vector<std::byte> bytes;
    bytes.reserve(record.size);
    read_blocks(record, shown,
                [&](std::span<const std::byte> block) { bytes.insert(bytes.end(), block.begin(), block.end()); });
    return bytes;
}

std::string StoredZip::unpack(const std::string& name) const {
    std::string text;
    read_blocks(find(name), "the record \"" + printable(name) + "\"", [&](std::span<const std::byte> block) {
        text.append(reinterpret_cast<const char*>(block.data()), block.size());
    });
    return text;
}

void StoredZip::verify(const std::string& name) const {
    read_blocks(find(name), "the record \"" + printable(name) + "\"", [](std::span<const std::byte>) {});
}

std::string read_archive(const std::filesystem::path& file) {
    std::string bytes = read_file(file);
    const StoredZip archive(bytes, file.string());
    for (const std::string& name : archive.names()) {
        if (is_code(name))
            check_code(archive.unpack(name), file.string() + ": the record \"" + printable(name) + "\"");
        else
            archive.verify(name);
        if (is_old_index(name))
            throw DataError(file.string() +
                            ": is TorchScript of PyTorch before 1.4: load it with torch.jit.load and save it anew");
    }
    return bytes;
}

void StoredZip::fail(const std::string& problem) const { throw DataError(where_ + ": " + problem); }

}  // namespace graft
