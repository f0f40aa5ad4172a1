#include "weights/store/added_weights.hpp"

#include <gmock/gmock.h>
#include <zip.h>

#include "error_message.hpp"
#include "graft/core/errors.hpp"
#include "temporary_folder.hpp"

namespace graft::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

WeightsEntry entry_named(const std::string& name) {
    WeightsEntry entry{.name = name, .architecture = "resnet18", .file = "any.pt", .source = "me", .licence = "none"};
    entry.preprocessing.resize_shorter_side = 256;
    entry.imagenet_top1 = 0.5;
    return entry;
}

class AddedWeights : public ::testing::Test {
protected:
    /// An archive with one stored record, besides what TorchScript has.
    std::filesystem::path write(const std::string& name, const std::string& text,
                                const std::string& record = "archive/extra/weights.json") const {
        int code = 0;
        ::zip* archive = ::zip_open((folder / name).c_str(), ZIP_CREATE, &code);
        const std::string code_text = "def forward";
        for (const auto& [path, bytes] : {std::pair("archive/code.py", &code_text), std::pair(record.c_str(), &text)}) {
            zip_source_t* source = zip_source_buffer(archive, bytes->data(), bytes->size(), 0);
            const zip_int64_t index = zip_file_add(archive, path, source, 0);
            zip_set_file_compression(archive, static_cast<zip_uint64_t>(index), ZIP_CM_STORE, 0);
        }
        zip_close(archive);
        return folder / name;
    }
    std::string error_of_reading(const std::string& name) {
        return error_message<DataError>([&] { (void)described_weights(folder / name); });
    }

    TemporaryFolder folder;
};

TEST_F(AddedWeights, CarryTheirEntry) {
    const auto file = write("mine.pt", description_of(entry_named("mine")));
    const WeightsEntry found = described_weights(file).value();
    EXPECT_EQ(found.name, "mine");
    EXPECT_EQ(found.architecture, "resnet18");
    EXPECT_EQ(found.preprocessing.resize_shorter_side, 256);
    EXPECT_EQ(found.imagenet_top1, 0.5);
    EXPECT_EQ(found.file, "mine.pt") << "the file's present name, not the one that it was written under";
}

TEST_F(AddedWeights, AreNotWhatOtherFilesAre) {
    EXPECT_FALSE(described_weights(write("plain.pt", "{}", "archive/extra/other.json")));
    EXPECT_FALSE(described_weights(folder.write("legacy.pt", "\x80\x02}q.")));
    EXPECT_FALSE(described_weights(folder.write("empty.pt", "")));
    EXPECT_FALSE(described_weights(folder / "absent.pt"));
}

TEST_F(AddedWeights, WithAMalformedEntryAreRefused) {
    const std::string where = (folder / "bad.pt").string() + ": ";
    write("bad.pt", "{");
    EXPECT_THAT(error_of_reading("bad.pt"), StartsWith(where + "weights.json: not valid JSON: "));
    std::filesystem::remove(folder / "bad.pt");
    write("bad.pt", "{}");
    EXPECT_EQ(error_of_reading("bad.pt"), where + "weights.json: /name: is missing and has no default");
    std::filesystem::remove(folder / "bad.pt");
    write("bad.pt", description_of(entry_named("a/b")));
    EXPECT_THAT(error_of_reading("bad.pt"), StartsWith(where + "weights.json: /name: expected letters"));
    folder.write("cut.pt", "PK\x03\x04 and no more");
    EXPECT_THAT(error_of_reading("cut.pt"), HasSubstr("cut.pt: is a zip archive that is damaged or cut off"));
}

TEST_F(AddedWeights, AreFoundInTheFolder) {
    write("b.pt", description_of(entry_named("second")));
    write("a.pt", description_of(entry_named("first")));
    write("c.zip", description_of(entry_named("no TorchScript")));
    folder.write("resnet18.pth", "\x80\x02}q.");
    std::vector<std::string> names;
    for (const WeightsEntry& entry : added_weights(folder.path())) names.push_back(entry.name);
    EXPECT_THAT(names, ElementsAre("first", "second"));
    EXPECT_THAT(added_weights(folder / "absent"), IsEmpty());
    EXPECT_EQ(find_weights("second", folder.path())->file, "b.pt");
    EXPECT_EQ(find_weights("resnet18.imagenet_v1", folder.path())->file, "resnet18-f37072fd.pth");
    EXPECT_FALSE(find_weights("third", folder.path()));
}

TEST_F(AddedWeights, OfOneNameAreRefused) {
    write("a.pt", description_of(entry_named("mine")));
    write("b.pt", description_of(entry_named("mine")));
    EXPECT_EQ(error_message<DataError>([&] { (void)added_weights(folder.path()); }),
              (folder / "b.pt").string() + ": is called mine, and so is a.pt: remove one of them");
}

TEST_F(AddedWeights, UnderANameOfTheManifestAreRefused) {
    write("a.pt", description_of(entry_named("resnet18.imagenet_v1")));
    EXPECT_EQ(error_message<DataError>([&] { (void)added_weights(folder.path()); }),
              (folder / "a.pt").string() +
                  ": is called resnet18.imagenet_v1, and so are weights of the manifest: add it again with another "
                  "--name");
}

}  // namespace
}  // namespace graft::testing
