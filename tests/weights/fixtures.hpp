/// @file
/// The weights files that tests/golden/make_state_dicts.py wrote, and damaged copies of them.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "graft/core/errors.hpp"
#include "temporary_folder.hpp"

namespace graft {

inline std::filesystem::path fixture(const std::string& name) {
    return std::filesystem::path(GRAFT_TEST_DIR) / "weights" / "fixtures" / name;
}

/// A temporary file with these bytes; the next call replaces it.
inline std::filesystem::path temporary_file(std::string_view bytes) {
    static const std::filesystem::path file = testing::fresh_folder() / "file";
    std::ofstream(file, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return file;
}

/// What a DataError says when `read(file)` throws one, less the path of the file; "no error" when nothing is thrown.
template <class Read>
std::string data_error_of(Read read, const std::filesystem::path& file) {
    try {
        (void)read(file);
    } catch (const DataError& error) {
        const std::string_view message = error.what();
        if (!message.starts_with(file.string())) return "no path in: " + std::string(message);
        return std::string(message.substr(file.string().size()));
    }
    return "no error";
}

}  // namespace graft
