/// @file
/// A zip archive of stored (uncompressed) records, read with checks that keep a hostile one from using more memory than
/// the file is large. libzip checks the CRC of every record. Compressed ones are let pass, within a bound, but not
/// read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

struct zip;

namespace graft {

class StoredZip {
public:
    /// Opens the archive and reads its directory. Throws DataError naming the file when it is damaged, has a name
    /// twice, stored records that together are larger than the file, or compressed ones that together unpack to more
    /// than 64 MB and eight times the size of the file.
    explicit StoredZip(const std::filesystem::path& file);
    /// The same for a file's bytes, which must outlive the archive; `where` names them in messages.
    StoredZip(std::string_view bytes, std::string where);

    /// Names in the order of the archive.
    [[nodiscard]] const std::vector<std::string>& names() const noexcept { return names_; }
    [[nodiscard]] bool contains(const std::string& name) const { return records_.contains(name); }
    /// The bytes of a record. Throws DataError when there is none of that name, its CRC is wrong, or it is compressed
    /// or encrypted.
    [[nodiscard]] std::vector<std::byte> read(const std::string& name) const;
    /// The text of a record, compressed or not. Throws DataError as verify() does.
    [[nodiscard]] std::string unpack(const std::string& name) const;
    /// Reads a record through, compressed or not, and keeps nothing of it. Throws DataError when its CRC or its size is
    /// not the one in the directory.
    void verify(const std::string& name) const;

private:
    struct Record {
        std::uint64_t index, size;
        bool stored;
    };
    struct Close {
        void operator()(::zip* archive) const noexcept;
    };
    void open(::zip* archive, int code);
    void add_record(std::uint64_t index);
    void count_size(const Record& record, const std::string& shown);
    [[nodiscard]] const Record& find(const std::string& name) const;
    /// Hands the bytes of a record over in blocks.
    void read_blocks(const Record& record, const std::string& shown,
                     const std::function<void(std::span<const std::byte>)>& take) const;
    [[noreturn]] void fail(const std::string& problem) const;

    std::string where_;
    std::unique_ptr<::zip, Close> archive_;
    std::vector<std::string> names_;
    std::map<std::string, Record> records_;
    std::uint64_t stored_size_ = 0, unpacked_size_ = 0, file_size_ = 0;
};

/// The bytes of an archive that another library is going to read, each of its records checked beforehand: LibTorch
/// takes no notice of CRCs, of names that occur twice, and of how much an archive unpacks to, and TorchScript may read
/// and write files (weights/format/torchscript_code.hpp). The file is read once. Throws DataError naming the file and
/// the record as StoredZip does, when a CRC is wrong, and when code leads out.
[[nodiscard]] std::string read_archive(const std::filesystem::path& file);

}  // namespace graft
