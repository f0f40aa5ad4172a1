#include "weights/format/weights_format.hpp"

#include <gtest/gtest.h>

#include "fixtures.hpp"

namespace graft {
namespace {

std::string error_of(const std::string& bytes) { return data_error_of(weights_format, temporary_file(bytes)); }

TEST(WeightsFormat, IsFoundByContent) {
    EXPECT_EQ(weights_format(fixture("zip_network.pth")), WeightsFormat::zip);
    EXPECT_EQ(weights_format(fixture("legacy_network.pth")), WeightsFormat::legacy_pickle);
    EXPECT_EQ(weights_format(fixture("dtypes.safetensors")), WeightsFormat::safetensors);
    // A safetensors header of 640 bytes starts like a pickle of protocol 2.
    EXPECT_EQ(weights_format(temporary_file(std::string("\x80\2\0\0\0\0\0\0{", 9))), WeightsFormat::safetensors);
}

TEST(WeightsFormat, NamesWhatAFileIsInstead) {
    const std::string expected = "; expected a state dict saved with torch.save, or a safetensors file";
    EXPECT_EQ(error_of(""), ": is empty" + expected);
    EXPECT_EQ(error_of("version https://git-lfs.github.com/spec/v1\n"),
              ": is a Git LFS pointer; fetch the file itself with \"git lfs pull\"" + expected);
    EXPECT_EQ(error_of("<!DOCTYPE html>"),
              ": is an HTML or XML page, not the download it may have been meant to be" + expected);
    EXPECT_EQ(error_of("\x89HDF\r\n\x1A\n"), ": is an HDF5 file, for example of Keras" + expected);
    EXPECT_EQ(error_of("\x1F\x8B\x08"), ": is compressed by gzip; unpack it" + expected);
    EXPECT_EQ(error_of(std::string(257, 'x') + "ustar"),
              ": is a tar archive (torch.save of PyTorch before 0.1.10, or a download to unpack)" + expected);
    EXPECT_EQ(error_of("\x01\xAB"), ": is of an unknown kind (it starts with the bytes 01 ab)" + expected);
}

TEST(WeightsFormat, RefusesFoldersAndMissingFiles) {
    EXPECT_EQ(data_error_of(weights_format, ::testing::TempDir()), ": is a folder, not a file");
    EXPECT_EQ(data_error_of(weights_format, fixture("none.pth")), ": cannot be read: No such file or directory");
}

}  // namespace
}  // namespace graft
