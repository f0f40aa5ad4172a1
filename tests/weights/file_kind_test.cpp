#include "weights/format/file_kind.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <zip.h>

#include <initializer_list>

#include "core/files.hpp"
#include "fixtures.hpp"

namespace graft {
namespace {

namespace fs = std::filesystem;

fs::path module_file() { return fs::path(GRAFT_TEST_DIR) / "network" / "fixtures" / "residual_scripted.pt"; }

/// An archive of empty records.
fs::path archive_of(std::initializer_list<const char*> names) {
    const fs::path file = testing::fresh_folder() / "made.zip";
    zip_t* const archive = zip_open(file.c_str(), ZIP_CREATE, nullptr);
    for (const char* name : names) zip_file_add(archive, name, zip_source_buffer(archive, "", 0, 0), ZIP_FL_ENC_UTF_8);
    zip_close(archive);
    return file;
}

/// A folder with one empty file in it.
fs::path folder_with(const std::string& name) {
    const fs::path folder = testing::fresh_folder() / "model";
    write_file(folder / name, "");
    return folder;
}

std::string what(const fs::path& file) {
    const RecognisedFile found = what_is(file);
    EXPECT_EQ(found.kind, FileKind::other);
    return found.what;
}
std::string what_in(const std::string& bytes) { return what(temporary_file(bytes)); }

FileKind kind_of(const fs::path& file) { return what_is(file).kind; }

TEST(WhatIs, KnowsTheFilesThatGraftReads) {
    EXPECT_EQ(kind_of(fixture("zip_network.pth")), FileKind::state_dict);
    EXPECT_EQ(kind_of(fixture("legacy_network.pth")), FileKind::legacy_state_dict);
    EXPECT_EQ(kind_of(fixture("legacy_protocol5.pth")), FileKind::legacy_state_dict);
    EXPECT_EQ(kind_of(fixture("dtypes.safetensors")), FileKind::safetensors);
    EXPECT_EQ(kind_of(module_file()), FileKind::torchscript);
    EXPECT_EQ(kind_of(archive_of({"m/constants.pkl", "m/data.pkl", "m/extra/graft.json"})), FileKind::graft_model);
    EXPECT_EQ(kind_of(temporary_file("\x08\x08\x12\x05torch")), FileKind::onnx);
    // A safetensors header of 640 bytes starts like a pickle of protocol 2.
    EXPECT_EQ(kind_of(temporary_file(std::string("\x80\2\0\0\0\0\0\0{", 9))), FileKind::safetensors);
}

TEST(WhatIs, NamesFilesThatWereNotDownloaded) {
    EXPECT_EQ(what_in(""), "empty");
    EXPECT_EQ(what_in("version https://git-lfs.github.com/spec/v1\n"), "a Git LFS pointer");
    EXPECT_EQ(what_in("\n<!DOCTYPE html>"), "an HTML or XML page");
    EXPECT_EQ(what_in("\xEF\xBB\xBF{\"error\": 404}"), "JSON text");
    EXPECT_EQ(what_in("\x1F\x8B\x08"), "compressed by gzip");
    EXPECT_EQ(what_in(std::string(257, 'x') + "ustar"),
              "a tar archive (a download, or torch.save of PyTorch before 0.1.10)");
}

TEST(WhatIs, NamesModelsOfOtherLibraries) {
    EXPECT_EQ(what_in("\x89HDF\r\n\x1A\n"), "an HDF5 file, as Keras writes them (.h5)");
    EXPECT_EQ(what(archive_of({"metadata.json", "config.json", "model.weights.h5"})), "a model of Keras 3 (.keras)");
    EXPECT_EQ(what_in(std::string("\x08\x01\x12\xAC\x02", 5)), "a TensorFlow graph (.pb)");
    EXPECT_EQ(what_in(std::string("\x1C\0\0\0TFL3", 8)), "a TensorFlow Lite model");
    EXPECT_EQ(what_in("GGUF\3"), "a GGUF file, as llama.cpp reads them");
    EXPECT_EQ(what_in("\x93NUMPY\1"), "a NumPy array");
    EXPECT_EQ(what(archive_of({"weight.npy"})), "an archive of NumPy arrays (.npz)");
    EXPECT_EQ(what(archive_of({"m/archive_format", "m/models/model.json"})), "a program of torch.export (.pt2)");
    EXPECT_EQ(what_in("\x80\4\x95\x10"), "a Python pickle that PyTorch did not write");
}

TEST(WhatIs, NamesImages) {
    EXPECT_EQ(what_in("\xFF\xD8\xFF\xE0"), "a JPEG image");
    EXPECT_EQ(what_in("\x89PNG\r\n\x1A\n"), "a PNG image");
    EXPECT_EQ(what_in("RIFF....WEBPVP8 "), "a WebP image");
    EXPECT_EQ(what_in(std::string("BM\x36\0\0\0\0\0\0\0\x36\0\0\0", 14)), "a BMP image");
    EXPECT_EQ(what_in(std::string("\0\0\0\x18"
                                  "ftypheic",
                                  12)),
              "an image or a film in an ISO container (HEIC, AVIF, MP4)");
}

TEST(WhatIs, LooksIntoFolders) {
    EXPECT_EQ(what(folder_with("saved_model.pb")), "a folder with a TensorFlow SavedModel");
    EXPECT_EQ(what(folder_with(".metadata")), "a sharded checkpoint of torch.distributed.checkpoint");
    EXPECT_EQ(what(folder_with("photo.jpg")), "a folder, not a file");
    const fs::path model = folder_with("model.safetensors");
    EXPECT_EQ(what(model), "a model folder of Hugging Face");
    EXPECT_EQ(what_is(model).advice, "Name the file in it: " + (model / "model.safetensors").string());
}

TEST(WhatIs, SaysWhatIsWrongWithAnArchive) {
    EXPECT_EQ(what_in("PK\3\4, and then nothing"), "a zip archive that is damaged or cut off");
    EXPECT_EQ(what(fixture("bad_duplicate.pth")),
              "a damaged zip archive: it has two records named \"bad_source/data/0\"");
    EXPECT_EQ(what(archive_of({"holiday/photo.jpg"})),
              "a zip archive, but not one that torch.save or torch.jit.save wrote");
}

TEST(WhatIs, ShowsTheFirstBytesOfTheUnknown) {
    EXPECT_EQ(what_in("\x01\xAB"), "of an unknown kind (it starts with the bytes 01 ab)");
}

/// A pipe that nobody writes to would never be read to its end.
TEST(WhatIs, OpensRegularFilesOnly) {
    const fs::path pipe = testing::fresh_folder() / "pipe";
    ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
    EXPECT_EQ(what(pipe), "a device, a pipe or a socket, not a file");
    EXPECT_EQ(what(fs::path("/dev/zero")), "a device, a pipe or a socket, not a file");
}

TEST(WhatIs, ThrowsForWhatIsNotThere) {
    EXPECT_EQ(data_error_of(what_is, fixture("none.pth")), ": cannot be read: No such file or directory");
}

TEST(ExpectUse, SaysWhatAFileIsAndWhatTakesIt) {
    const auto refused = [](const fs::path& file, FileUse use) {
        return data_error_of([use](const fs::path& path) { return expect_use(path, use); }, file);
    };
    EXPECT_EQ(refused(fixture("zip_network.pth"), FileUse::model),
              ": is a state dict or another object of torch.save; expected a model that graft has trained (model.pt). "
              "Weights are what a training begins with: /backbone/weights of a config and graft weights add take them");
    EXPECT_EQ(refused(temporary_file("\x08\x08\x12\x05torch"), FileUse::model),
              ": is an ONNX file; expected a model that graft has trained (model.pt). graft verify and graft inspect "
              "take it");
    EXPECT_EQ(
        refused(temporary_file("\xFF\xD8\xFF"), FileUse::runnable),
        ": is a JPEG image; expected a model that graft has trained (model.pt), or an ONNX file. Images come after "
        "the model: graft predict MODEL IMAGE");
    EXPECT_EQ(
        refused(temporary_file("version https://git-lfs.github.com"), FileUse::weights),
        ": is a Git LFS pointer; expected a state dict saved with torch.save, a safetensors file, or TorchScript. "
        "git lfs pull downloads the file itself");
    EXPECT_EQ(refused(fixture("dtypes.safetensors"), FileUse::torchscript),
              ": is a safetensors file; expected a TorchScript file (torch.jit.save writes them). Weights alone are no "
              "network: name the architecture that they belong to in /backbone/name");
    EXPECT_EQ(refused(temporary_file("%PDF-1.4"), FileUse::any),
              ": is a PDF document; expected a model or weights file");
}

TEST(ExpectUse, PassesWhatServes) {
    EXPECT_EQ(expect_use(module_file(), FileUse::weights), FileKind::torchscript);
    EXPECT_EQ(expect_use(fixture("zip_network.pth"), FileUse::any), FileKind::state_dict);
    for (const FileUse use : {FileUse::model, FileUse::runnable, FileUse::weights, FileUse::torchscript, FileUse::any})
        EXPECT_TRUE(serves(FileKind::graft_model, use));
}

}  // namespace
}  // namespace graft
