// What TorchScript could do to the machine that opens it; tests/golden/make_torchscript.py wrote the modules.
#include "weights/format/torchscript_code.hpp"

#include <gtest/gtest.h>

#include "fixtures.hpp"
#include "weights/format/zip_archive.hpp"

namespace graft {
namespace {

TEST(TorchScriptCode, ReachesNothingAsNetworksAreWritten) {
    for (const char* source :
         {"def forward(self, x: Tensor) -> Tensor:\n  return torch.relu(x)\n", R"(_0 = getattr(self, "0"))",
          R"((getattr(getattr(self.blocks, "0"), "conv-1")).forward(x, ))", "ops.prim.RaiseException(\"no\\nway\")",
          "saved = torch.dropout(x, self.p, False)", "ctx.save_for_backward(x)", ""})
        EXPECT_EQ(word_that_leads_out(source), "") << source;
}

TEST(TorchScriptCode, ReachesFilesOrOtherProcessesByTheseWords) {
    const std::pair<const char*, const char*> cases[] = {
        {R"(torch.save(x, "f"))", "save"},
        {"torch . save (x)", "save"},
        {"torch. \\\n  save(x)", "save"},
        {"t = torch\n    t.save(x)", "save"},
        {"ops.aten.save(x)", "save"},
        {"(torch).save", "save"},
        {R"(torch.from_file("/etc/passwd", False, 16))", "from_file"},
        {"ops.c10d.send(x)", "c10d"},
        {"ops.prim.rpc_sync(x)", "rpc_sync"},
        {"__torch__.torch.classes._nnapi.Compilation()", "_nnapi"},
        {R"(getattr(torch, "save")(x))", "save"},
        {R"(getattr(torch, "sa" "ve")(x))", "getattr"},
        {R"(getattr(torch, "sa\x76e")(x))", "getattr"},
        {R"(getattr(torch, 'sa''ve')(x))", "getattr"},
        {R"(getattr(getattr(self, "0"), "sa" "ve")(x))", "getattr"},
        {"g = getattr\n    g(torch, name)", "getattr"},
        {"getattr(torch, \"sa", "getattr"},
    };
    for (const auto& [source, word] : cases) EXPECT_EQ(word_that_leads_out(source), word) << source;
}

TEST(TorchScriptCode, IsFoundByNameWithoutRegardToCase) {
    EXPECT_TRUE(is_code("m/code/__torch__.py"));
    EXPECT_TRUE(is_code("m/code/__torch__.PY"));
    EXPECT_FALSE(is_code("m/code/__torch__.py.debug_pkl"));
    EXPECT_FALSE(is_code("py"));
    EXPECT_TRUE(is_old_index("m/Model.json"));
    EXPECT_FALSE(is_old_index("m/data.pkl"));
}

TEST(TorchScriptCode, ThatWritesOrReadsAFileIsRefusedBeforeLibTorchSeesIt) {
    const auto refusal = [](const std::string& name) {
        return data_error_of(read_archive,
                             std::filesystem::path(GRAFT_TEST_DIR) / "network" / "fixtures" / (name + ".pt"));
    };
    EXPECT_EQ(
        refusal("writes_file_scripted"),
        ": the record \"archive/code/__torch__.py\" has code that uses `save`, by which TorchScript reaches files "
        "or other processes: such code is not run");
    EXPECT_EQ(refusal("reads_file_scripted"),
              ": the record \"archive/code/__torch__.py\" has code that uses `from_file`, by which TorchScript reaches "
              "files or other processes: such code is not run");
    EXPECT_EQ(
        refusal("writes_file_when_loaded_scripted"),
        ": the record \"archive/code/__torch__.py\" has code that uses `save`, by which TorchScript reaches files "
        "or other processes: such code is not run");
}

TEST(TorchScriptCode, OfOrdinaryNetworksIsRead) {
    int read = 0;
    for (const auto& entry :
         std::filesystem::directory_iterator(std::filesystem::path(GRAFT_TEST_DIR) / "network" / "fixtures")) {
        const std::string name = entry.path().filename();
        if (!name.ends_with(".pt") || name.find("s_file_") != std::string::npos) continue;
        EXPECT_EQ(data_error_of(read_archive, entry.path()), "no error") << entry.path();
        ++read;
    }
    EXPECT_GE(read, 20);
}

}  // namespace
}  // namespace graft
