/// @file
/// A zip archive of stored (uncompressed) records, read with checks that keep a hostile one from using more memory than
/// the file is large. libzip checks the CRC of every record.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

struct zip;

namespace graft {

class StoredZip {
public:
    /// Opens the archive and reads its directory. Throws DataError naming the file when it is damaged, has a name
    /// twice, or records that together are larger than the file.
    explicit StoredZip(const std::filesystem::path& file);

    /// Names in the order of the archive.
    [[nodiscard]] const std::vector<std::string>& names() const noexcept { return names_; }
    [[nodiscard]] bool contains(const std::string& name) const { return records_.contains(name); }
    /// The bytes of a record. Throws DataError when there is none of that name, its CRC is wrong, or it is compressed
    /// or encrypted.
    [[nodiscard]] std::vector<std::byte> read(const std::string& name) const;

private:
    struct Record {
        std::uint64_t index, size;
        bool stored;
    };
    struct Close {
        void operator()(::zip* archive) const noexcept;
    };
    void add_record(std::uint64_t index);
    [[noreturn]] void fail(const std::string& problem) const;

    std::string where_;
    std::unique_ptr<::zip, Close> archive_;
    std::vector<std::string> names_;
    std::map<std::string, Record> records_;
    std::uint64_t stored_size_ = 0, file_size_ = 0;
};

}  // namespace graft
